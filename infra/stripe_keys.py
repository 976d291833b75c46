"""Stripe's keys: an encrypted parameter in SSM's parameter store, which only the function that sells credits may read.

CloudFormation cannot make encrypted parameters, and a setting of the function could be read by anyone who may see its
configuration. Therefore this command asks for the keys and writes them; no template, environment or log has them.

`python -m infra.stripe_keys`
"""

import getpass
import json
from collections.abc import Callable
from typing import Any

from infra.settings import StackSettings, stack_settings

MADE = "Stripe's keys, for the function of retina that sells credits."
ASKED = {
    "api_key": "Restricted or secret key (rk_live_... or sk_live_...): ",
    "webhook_secret": "Signing secret of the endpoint (whsec_...): ",
}


def parameter_of(settings: StackSettings) -> str:
    """The parameter's name: one per stack."""
    return f"/{settings.name}/stripe"


def keys_of(settings: StackSettings) -> str:
    """Where the function finds the keys, as its setting says it."""
    return f"ssm:{parameter_of(settings)}"


def store(ssm: Any, settings: StackSettings, ask: Callable[[str], str]) -> int:
    """Ask for the keys and write them, using the boto3 client `ssm`; returns the parameter's version.

    The name by which the service knows its payments stays as it is, and at first is the stack's.
    """
    asked = {name: ask(words).strip() for name, words in ASKED.items()}
    value = json.dumps({"deployment": settings.name} | _named(ssm, parameter_of(settings)) | asked)
    written = ssm.put_parameter(
        Name=parameter_of(settings), Value=value, Type="SecureString", Description=MADE, Overwrite=True
    )
    return int(written["Version"])


def _named(ssm: Any, parameter: str) -> dict[str, str]:
    """The name in the keys that are stored already, if any."""
    try:
        stored = json.loads(ssm.get_parameter(Name=parameter, WithDecryption=True)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        return {}
    return {name: stored[name] for name in ("deployment",) if name in stored}


def main() -> None:
    """The command line."""
    import boto3  # not needed to make a template

    settings = stack_settings()
    version = store(boto3.client("ssm", region_name=settings.region), settings, getpass.getpass)
    print(f"{parameter_of(settings)} is at version {version}. Functions that are running read it when they start anew.")


if __name__ == "__main__":
    main()
