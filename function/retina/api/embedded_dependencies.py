"""Dependencies on the embedded issuer and its users. The Lambda package does not use them."""

from collections.abc import Mapping
from typing import Annotated

from retina.api.concurrency import Cores
from retina.api.parts import part
from retina.auth.local.issuer import Issuer
from retina.auth.local.people import People

PeopleDep = Annotated[People, part("people")]
IssuerDep = Annotated[Issuer, part("issuer")]
HashingDep = Annotated[Mapping[bool, Cores], part("hashing")]
"""Slots for password hashing, by whether the user has signed in from the same address before."""
