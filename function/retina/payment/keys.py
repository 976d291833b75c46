"""Stripe's keys: from a file on this computer, or from a parameter in SSM's parameter store; never from a setting."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, SecretStr, StringConstraints, ValidationError

SSM = "ssm:"
"""What the setting begins with for a parameter in SSM; its name follows."""


class StripeKeysError(Exception):
    """There are no keys, or not in the right form; the message says where, and contains none."""


class StripeKeys(BaseModel):
    """`api_key` is a secret or restricted key, `webhook_secret` that of the endpoint that receives events.

    `api_base` is another server to ask instead of Stripe's own. `deployment` is the name by which this service knows
    its own payments for which it has no purchase (any more), where several use one account at Stripe.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    api_key: SecretStr
    webhook_secret: SecretStr
    deployment: Annotated[str, StringConstraints(min_length=1, max_length=100)] = "retina"
    api_base: Annotated[str, StringConstraints(pattern=r"^https?://")] | None = None


def stripe_keys(where: str) -> StripeKeys:
    """The keys in the JSON file at this path or, after `ssm:`, in the parameter of this name.

    Raises `StripeKeysError`.
    """
    try:
        keys = StripeKeys.model_validate_json(_text(where))
    except OSError as error:
        raise StripeKeysError(f"{where} cannot be read ({error.strerror})") from None
    except ValidationError as error:
        fields = {str(item["loc"][0]) for item in error.errors(include_input=False) if item["loc"]}
        raise StripeKeysError(f"{where} has no valid JSON with {' and '.join(sorted(fields)) or 'keys'}") from None
    if not keys.api_key.get_secret_value().startswith(("sk_", "rk_")):
        raise StripeKeysError(f"{where}: api_key should begin with sk_ or rk_")
    if not keys.webhook_secret.get_secret_value().startswith("whsec_"):
        raise StripeKeysError(f"{where}: webhook_secret should begin with whsec_")
    return keys


def _text(where: str) -> str:
    return _parameter(where) if where.startswith(SSM) else Path(where).read_text(encoding="utf-8")


def _parameter(where: str) -> str:
    # A service on its own computer does not have these libraries.
    from botocore.exceptions import BotoCoreError, ClientError

    from retina.storage.s3 import client

    try:
        found = client("ssm").get_parameter(Name=where.removeprefix(SSM), WithDecryption=True)
    except ClientError as error:
        raise StripeKeysError(f"{where} cannot be read ({error.response['Error']['Code']})") from None
    except BotoCoreError as error:
        raise StripeKeysError(f"{where} cannot be read ({type(error).__name__})") from None
    return str(found["Parameter"]["Value"])
