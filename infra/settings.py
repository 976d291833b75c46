"""The settings of a deployment, read from environment variables: `RETINA_STACK_` plus the field's name in capitals."""

import os
import re
import sys
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from retina.prices import CONTACT, prices_of

PREFIX = "RETINA_STACK_"
LOG_RETENTION = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)
"""The numbers of days that CloudWatch can keep logs, in ascending order."""


class StackSettings(BaseSettings):
    """All settings; each is described in docs/cloud.md. The defaults can be deployed as they are."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True)

    name: str = Field("retina", pattern=r"^[a-z][a-z0-9-]{0,30}$", description="the stack's name")
    region: str = Field("us-east-1", pattern=r"^[a-z]{2}(-[a-z]+)+-\d$", description="the AWS region")
    domain: str | None = Field(
        None, pattern=r"^([a-z0-9-]+\.)+[a-z0-9-]+$", description="the page's own host name; needs certificate_arn"
    )
    certificate_arn: str | None = Field(
        None,
        pattern=r"^arn:aws:acm:us-east-1:\d{12}:certificate/[0-9a-f-]+$",
        description="a certificate for the domain, in us-east-1 as CloudFront asks",
    )
    alarm_email: str | None = Field(
        None, pattern=r"^[^@\s]+@[^@\s]+$", description="who receives alarms and cost warnings"
    )
    monthly_budget: int = Field(
        20, ge=1, description="US dollars a month; an email at 80 %, and when 100 % is forecast"
    )
    throttle_rate: int = Field(20, ge=1, description="requests a second that the API takes; more get 429")
    throttle_burst: int = Field(40, ge=1, description="requests at once that the API takes")
    predict_rate: int = Field(10, ge=1, description="predictions a second that the API takes, by each route")
    predict_burst: int = Field(20, ge=1, description="predictions at once that the API takes, by each route")
    memory: int = Field(1769, ge=512, le=10_240, description="MB of each function; 1,769 are one processor core")
    workers: int = Field(5, ge=2, le=1000, description="photographs of batches worked on at once, a function each")
    log_days: int = Field(30, description="days that logs are stored")
    signup_credits: int = Field(20, ge=0, description="what a new account starts with")
    prices: str | None = Field(None, description="the TOML file with the prices of credits")
    contact: str | None = Field(None, description="whom people ask for credits: an email address or an https URL")
    most_batches: int | None = Field(None, ge=1, description="batches of one account; by default the service's")
    most_bytes: int | None = Field(None, ge=2**20, description="bytes of its open batches; by default the service's")
    history_bytes: int | None = Field(None, ge=2**20, description="bytes of its history; by default the service's")
    trial_batches: int | None = Field(None, ge=1, description="the same for an account that has paid nothing")
    trial_bytes: int | None = Field(None, ge=2**20, description="the same for an account that has paid nothing")
    trial_history_bytes: int | None = Field(None, ge=2**20, description="the same for an account that has paid nothing")
    payment: bool = Field(False, description="sell credits, with Stripe's keys in SSM's parameter store; needs prices")
    free_each: int = Field(200, ge=0, description="predictions an hour for nothing from one address; 0: no limit")
    free_together: int = Field(5000, ge=0, description="predictions an hour for nothing, from all; 0: no limit")
    reserved_concurrency: int | None = Field(
        None, ge=1, description="of the API's function at once; off, as new accounts have too few to reserve any"
    )
    recovery_days: int = Field(
        35,
        ge=1,
        le=35,
        description="days back to which the table can be restored, and for which it keeps what is deleted",
    )
    audit_days: int = Field(365, ge=1, description="days that audit log entries are stored")
    audit_addresses: Literal["hash", "plain", "none"] = Field(
        "hash", description="how the audit log keeps callers' addresses: as keyed hashes, as they are, or not at all"
    )
    customer_key: bool = Field(False, description="encrypt with a KMS key of the account's own; about a dollar a month")
    firewall: str = Field(
        "off",
        pattern=r"^(off|on|arn:aws:wafv2:us-east-1:\d{12}:global/webacl/[\w-]+/[0-9a-f-]+)$",
        description="AWS WAF in front of CloudFront: off, on (us-east-1 only), or the ARN of a web ACL of your own",
    )
    firewall_rate: int = Field(2000, ge=10, description="requests from one address in five minutes, where it is on")
    proof_version: int = Field(1, ge=1, description="of the secret by which the function knows CloudFront")
    self_sign_up: bool = Field(True, description="people may make accounts themselves")
    mfa: Literal["off", "optional", "required"] = Field("optional", description="a second factor, by authenticator app")
    threat_protection: Literal["off", "audit", "full"] = Field(
        "off", description="Cognito watches for stolen passwords: records them, or acts; its plan Plus is paid by user"
    )
    refresh_days: int = Field(30, ge=1, le=3650, description="days until somebody has to sign in again")

    @model_validator(mode="after")
    def _aws_will_take_it(self) -> Self:
        if bool(self.domain) != bool(self.certificate_arn):
            raise ValueError("a domain needs a certificate, and a certificate a domain")
        if re.search("aws|amazon|cognito", self.name):
            raise ValueError("the name is part of the sign-in's host name, which takes no aws, amazon or cognito")
        if self.firewall == "on" and self.region != "us-east-1":
            raise ValueError(
                "a firewall for CloudFront can be made in us-east-1 only: make a web ACL there (scope CLOUDFRONT) and "
                "set RETINA_STACK_FIREWALL to its ARN"
            )
        if self.prices:
            prices_of(self.prices)
        if self.contact and not CONTACT.fullmatch(self.contact):
            raise ValueError("the contact has to be an email address or an https URL")
        if self.payment and not self.prices:
            raise ValueError("nothing can be sold without prices: set RETINA_STACK_PRICES to the file with them")
        if self.log_days not in LOG_RETENTION:
            raise ValueError(f"logs can be kept for {', '.join(map(str, LOG_RETENTION))} days")
        return self


def stack_settings() -> StackSettings:
    """The settings from the environment. Exits with a message if one is invalid or there is no such setting."""
    known = {PREFIX + name.upper() for name in StackSettings.model_fields}
    if unknown := sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known):
        sys.exit(f"There is no setting {', '.join(unknown)}. There are {', '.join(sorted(known))}.")
    try:
        return StackSettings()
    except ValidationError as error:
        wrong = "; ".join(
            f"{PREFIX}{str(item['loc'][0]).upper()}: {item['msg']}" if item["loc"] else item["msg"]
            for item in error.errors()
        )
        sys.exit(f"A setting has an invalid value: {wrong}.")


if __name__ == "__main__":
    stack_settings()
