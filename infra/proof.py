"""The secret by which the function knows CloudFront: random, in SSM's parameter store, in no template and no log.

CloudFormation can neither make up a random parameter nor read an encrypted one into CloudFront's header, and a secret
of Secrets Manager costs 40 cents a month: `make deploy` therefore writes the parameter before it deploys, where there
is none, and the template refers to it by name and version.

`python -m infra.proof [--renew]`
"""

import argparse
import secrets
from typing import Any

from infra.settings import StackSettings, stack_settings

BYTES = 32
MADE = "Made by retina's make deploy: what CloudFront sends to the function, so that others cannot pass it by."


def name_of(settings: StackSettings) -> str:
    """The parameter's name: one a stack."""
    return f"/{settings.name}/proxy-proof"


def reference(settings: StackSettings) -> str:
    """What stands in the template in its place: CloudFormation puts the secret in while it deploys."""
    return f"{{{{resolve:ssm:{name_of(settings)}:{settings.proof_version}}}}}"


def prepare(ssm: Any, settings: StackSettings, *, renew: bool = False) -> int:
    """Write the secret by boto3's client `ssm` where there is none, or a new version; the version that is there now."""
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
