"""Dependencies on what only embedded adapters have: the issuer and its people. Lambda's package goes without them."""

from collections.abc import Mapping
from typing import Annotated

from retina.api.concurrency import Cores
from retina.api.dependencies import part
from retina.auth.local.issuer import Issuer
from retina.auth.local.people import People

PeopleDep = Annotated[People, part("people")]
IssuerDep = Annotated[Issuer, part("issuer")]
HashingDep = Annotated[Mapping[bool, Cores], part("hashing")]
"""Cores for password hashes, by whether the person has signed in from the same address before."""
