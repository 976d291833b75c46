"""The settings, read from environment variables: `RETINA_` plus the field's name in capitals."""

import os
from pathlib import Path
from typing import Annotated, Literal, TypedDict

from pydantic import BeforeValidator, DirectoryPath, Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from retina.prices import CONTACT, Prices, prices_of

PACKAGE = Path(__file__).parent


def bundled(name: str) -> Path:
    """The path of `name` ("models" or "site"): inside the installed package or, in a checkout, beside `function/`."""
    inside = PACKAGE / name
    return inside if inside.exists() else PACKAGE.parents[1] / name


def data_folder() -> Path:
    """The folder for the embedded store: `data/` in a checkout, `~/.retina` for an installed package."""
    checkout = PACKAGE.parents[1]
    return checkout / "data" if (checkout / "pyproject.toml").exists() else Path.home() / ".retina"


def processor_cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _prices(value: object) -> object:
    return (prices_of(value) if value else None) if isinstance(value, str) else value


class PhotographLimits(TypedDict):
    """Limits of a photograph, in pixels."""

    max_pixels: int
    min_side: int


class Settings(BaseSettings):
    """All settings; each is described in docs/settings.md."""

    model_config = SettingsConfigDict(env_prefix="RETINA_", frozen=True)

    model: Path = Field(default_factory=lambda: bundled("models") / "unet.json", description="the model card to serve")
    site: DirectoryPath | None = Field(
        default_factory=lambda: bundled("site"), description="the page's files; empty: API only"
    )
    inline_bytes: int = Field(4 * 2**20, ge=2**10, description="largest photograph and largest response, in bytes")
    upload_bytes: int = Field(50 * 2**20, ge=2**10, description="largest uploaded photograph, in bytes")
    body_bytes: int = Field(128 * 2**20, ge=2**20, description="bytes of request bodies in memory at the same time")
    receive_seconds: float = Field(
        20, gt=0, description="time for a request's head, and for its body on top of a second for each 64 KiB"
    )
    connections: int = Field(1000, ge=8, description="open connections at the same time")
    hosts: str = Field("localhost,127.0.0.1,::1", description="accepted host names, besides the address served; *: any")
    data: Path = Field(default_factory=data_folder, description="where the embedded store and its queue are")
    uploads_bucket: str | None = Field(
        None, description="store uploads in this S3 bucket instead, which fills the queue"
    )
    results_bucket: str | None = Field(None, description="store results and saved photographs in this S3 bucket")
    queue_url: str | None = Field(None, description="put jobs into this SQS queue instead of the embedded one")
    table: str | None = Field(None, description="store accounts and all other records in this DynamoDB table instead")
    signup_credits: int = Field(20, ge=0, description="credits of a new account")
    signups_each: int = Field(5, ge=0, description="accounts per network and day that start with credits; 0: no limit")
    most_batches: int = Field(1000, ge=1, description="batches of one account at the same time, open or finished")
    most_bytes: int = Field(
        50 * 2**30, ge=2**20, description="bytes of an account's photographs in batches that are not done or rejected"
    )
    trial_batches: int = Field(
        20, ge=1, description="the same for an account that has paid nothing, where credits have a price"
    )
    trial_bytes: int = Field(
        2**29, ge=2**20, description="the same for an account that has paid nothing, where credits have a price"
    )
    history_bytes: int = Field(
        50 * 2**30, ge=2**20, description="bytes of photographs and images in the history of one account"
    )
    trial_history_bytes: int = Field(
        2 * 2**30, ge=2**20, description="the same for an account that has paid nothing, where credits have a price"
    )
    free_each: int = Field(200, ge=0, description="free predictions per hour from one address; 0: no limit")
    free_together: int = Field(5000, ge=0, description="free predictions per hour from all addresses; 0: no limit")
    proxy_proof: str | None = Field(None, description="the secret that the proxy in front sends, so that it is trusted")
    audit_days: int = Field(365, ge=1, description="days that audit log entries are stored")
    audit_addresses: Literal["hash", "plain", "none"] = Field(
        "hash", description="how the audit log stores callers' addresses: as keyed hashes, as they are, or not at all"
    )
    prices: Annotated[Prices | None, NoDecode, BeforeValidator(_prices)] = Field(
        None, description="the TOML file with the prices of credits, or the same as JSON"
    )
    contact: str | None = Field(
        None, description="whom to ask about credits where they cannot be bought: an email address or an https URL"
    )
    stripe: str | None = Field(
        None, description="where Stripe's keys are: a JSON file, or ssm: and the name of a parameter in SSM"
    )
    payment_function: str | None = Field(
        None, description="the Lambda function that has Stripe's keys instead of this one: it is told of deletions"
    )
    page_url: str | None = Field(
        None, pattern="^https?://[^\\s]+$", description="the page's own address, to which people return after paying"
    )
    issuer: str | None = Field(None, description="issuer of the access tokens, instead of this service")
    client_id: str | None = Field(None, description="client id of the page at the issuer")
    sign_in_url: str | None = Field(None, description="base URL of the issuer's sign-in pages")
    max_pixels: int = Field(64_000_000, ge=64 * 64, description="largest photograph, in pixels")
    min_side: int = Field(64, ge=1, description="shortest side of the smallest photograph, in pixels")
    cores: int = Field(
        default_factory=processor_cores,
        ge=1,
        description="photographs processed at the same time; default: the processor's cores",
    )
    workers: int = Field(
        default_factory=lambda: max(1, processor_cores() // 2),
        ge=0,
        description="worker processes for the embedded queue; default: half of the cores",
    )
    wait_seconds: float = Field(20, ge=0, description="how long a request waits for a core before the response is 503")
    lease_seconds: float = Field(
        60, ge=1, description="how long a request or a job is reserved for the process that began it"
    )

    @property
    def limits(self) -> PhotographLimits:
        """The limits, as the decoder takes them."""
        return {"max_pixels": self.max_pixels, "min_side": self.min_side}

    @field_validator("site", "contact", "stripe", "page_url", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("stripe")
    @classmethod
    def _what_is_sold_has_a_price(cls, stripe: str | None, info: ValidationInfo) -> str | None:
        if stripe and not info.data.get("prices"):
            raise ValueError("nothing can be sold without RETINA_PRICES")
        return stripe

    @field_validator("contact")
    @classmethod
    def _can_be_asked(cls, contact: str | None) -> str | None:
        if contact is not None and not CONTACT.fullmatch(contact):
            raise ValueError("an email address or an https URL is needed")
        return contact
