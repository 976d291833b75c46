"""The shared secret by which the function recognises CloudFront: random, stored in SSM's parameter store only.

CloudFormation can neither generate a random parameter nor resolve an encrypted one in a CloudFront header, and a
secret in Secrets Manager costs 40 cents a month. Therefore `make deploy` writes the parameter, if there is none,
before it deploys; the template refers to it by name and version. The secret is in no template and no log.

`python -m infra.proof [--renew]`
"""

import argparse
import secrets
from typing import Any

from infra.settings import StackSettings, stack_settings

BYTES = 32
MADE = "Made by retina's make deploy: what CloudFront sends to the function, so that others cannot pass it by."


def name_of(settings: StackSettings) -> str:
    """The parameter's name: one per stack."""
    return f"/{settings.name}/proxy-proof"


def reference(settings: StackSettings) -> str:
    """The reference in the template, which CloudFormation replaces with the secret during deployment."""
    return f"{{{{resolve:ssm:{name_of(settings)}:{settings.proof_version}}}}}"


def prepare(ssm: Any, settings: StackSettings, *, renew: bool = False) -> int:
    """Write the secret, using the boto3 client `ssm`, if there is none or a new one is wanted; returns the current
    version.
    """
    name = name_of(settings)
    try:
        known = ssm.get_parameter(Name=name)["Parameter"]
    except ssm.exceptions.ParameterNotFound:
        known = None
    if known and not renew:
        return int(known["Version"])
    value = secrets.token_urlsafe(BYTES)
    written = ssm.put_parameter(Name=name, Value=value, Type="String", Description=MADE, Overwrite=bool(known))
    return int(written["Version"])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renew", action="store_true", help="write another one, to be deployed afterwards")
    options = parser.parse_args()
    import boto3  # not needed to make a template

    settings = stack_settings()
    version = prepare(boto3.client("ssm", region_name=settings.region), settings, renew=options.renew)
    if version != settings.proof_version:
        print(f"The secret is at version {version}: set RETINA_STACK_PROOF_VERSION={version} and deploy.")


if __name__ == "__main__":
    main()
