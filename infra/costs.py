"""Estimates what a deployment costs and which limit is reached first, as a Markdown table for docs/cloud.md.

Calculated from the measured time of a prediction on one core, an assumed slowdown on Lambda, and a dated price list.
Measures nothing and makes no calls.

`python -m infra.costs --milliseconds 126 [--factor 3]`
"""

import argparse
from dataclasses import dataclass

from infra.settings import StackSettings

PRICES_OF = "November 2026"
"""When the prices were collected, for us-east-1 and from secondary sources: check them before relying on them."""
LAMBDA_GB_SECOND = 0.0000166667
LAMBDA_REQUEST = 0.20 / 1e6
HTTP_API_REQUEST = 1.00 / 1e6
SQS_REQUEST = 0.40 / 1e6
S3_PUT = 0.005 / 1e3
S3_GET = 0.0004 / 1e3
S3_GB_MONTH = 0.023
DYNAMODB_WRITE = 0.625 / 1e6
DYNAMODB_READ = 0.125 / 1e6
KMS_KEY_MONTH = 1.00
KMS_REQUEST = 0.03 / 1e4
WEB_ACL_MONTH = 5.00
WEB_ACL_RULE_MONTH = 1.00
WEB_ACL_REQUEST = 0.60 / 1e6
COGNITO_PLUS_USER = 0.02
"""Per user who signs in during the month; in the Essentials plan up to 10,000 users are free."""
TRANSACTED = 2
"""A write inside a transaction is billed this many times; all of ours are in transactions."""

COUNTED = 2 * DYNAMODB_READ + TRANSACTED * 2 * DYNAMODB_WRITE
"""The rate limit's cost per request."""

FACTOR = 3.0
"""How much slower than the measuring machine a Lambda core is assumed to be; this has not been measured."""
ARRIVAL_SECONDS = 0.03
"""What a worker is assumed to take for putting a photograph that has arrived among the jobs of its account."""
PEAK = 10
"""The assumed ratio of the busiest second to the month's mean."""
NEW_ACCOUNT_CONCURRENCY = 10
"""Concurrent function runs that a new AWS account may have; raised on request (Service Quotas)."""
SECONDS_A_MONTH = 30 * 24 * 3600
PACKAGE_GB = 0.25
"""The size of the function's package and the page in CDK's bucket, for each deployed version."""
VOLUMES = (100, 10_000, 10_000_000)


@dataclass(frozen=True)
class Costs:
    """US dollars for predictions that take `seconds` on a function with `settings.memory` MB."""

    settings: StackSettings
    seconds: float

    def inline(self) -> float:
        """One prediction in a single request that is free of charge, so counted twice: for the caller and for all."""
        request = self.seconds * self.settings.memory / 1024 * LAMBDA_GB_SECOND + LAMBDA_REQUEST + HTTP_API_REQUEST
        return request + COUNTED

    def uploaded(self) -> float:
        """One prediction of an upload: one more request, and an object that is put, read and deleted (deleting is
        free).
        """
        form = 0.005 * self.settings.memory / 1024 * LAMBDA_GB_SECOND + LAMBDA_REQUEST + HTTP_API_REQUEST
        return self.inline() + form + COUNTED + S3_PUT + S3_GET

    def queued(self) -> float:
        """One prediction in a batch.

        An object is put and read; S3's message and the one with its account are each sent, received and deleted; two
        results are put. Records: the batch of the photograph that has arrived, the claim, the reservation, which is
        read, and in one transaction the outcome (two units), the balance, the ledger, the usage, the batch's count, its
        reservation, and the deletion of the claim.
        """
        seconds = self.seconds + ARRIVAL_SECONDS
        worker = seconds * self.settings.memory / 1024 * LAMBDA_GB_SECOND + 2 * LAMBDA_REQUEST
        records = TRANSACTED * 9 * DYNAMODB_WRITE + 10 * DYNAMODB_READ
        return worker + S3_PUT + S3_GET + 6 * SQS_REQUEST + 2 * S3_PUT + records

    def idle(self) -> float:
        """A month without any visitor. Alarms, dashboard, logs, budget, polling an empty queue and an empty table stay
        within the free tier.
        """
        key = KMS_KEY_MONTH if self.settings.customer_key else 0.0
        firewall = WEB_ACL_MONTH + WEB_ACL_RULE_MONTH if self.settings.firewall == "on" else 0.0
        return PACKAGE_GB * S3_GB_MONTH + key + firewall

    def breaks_first(self, volume: int) -> str:
        """The limits that a month of `volume` predictions runs into, and the setting that raises each of them."""
        a_second = volume / SECONDS_A_MONTH * PEAK
        at_once = a_second * self.seconds
        found = []
        throttle = min(self.settings.predict_rate, self.settings.throttle_rate)
        if a_second > throttle:
            found.append(
                f"the throttle of {throttle} predictions a second (peaks of {a_second:.0f}): "
                "`RETINA_STACK_PREDICT_RATE`, `RETINA_STACK_THROTTLE_RATE`"
            )
        if 0 < self.settings.free_together < volume / (SECONDS_A_MONTH / 3600):
            found.append(
                f"the limit of {self.settings.free_together:,} free predictions an hour: `RETINA_STACK_FREE_TOGETHER`"
            )
        if at_once > NEW_ACCOUNT_CONCURRENCY:
            found.append(
                f"a new account's {NEW_ACCOUNT_CONCURRENCY} functions at once ({at_once:.0f}): a quota request"
            )
        if at_once / PEAK > self.settings.workers:
            found.append(
                f"{self.settings.workers} workers, in batches ({at_once / PEAK:.0f} needed): `RETINA_STACK_WORKERS`"
            )
        if volume * self.uploaded() + self.idle() > self.settings.monthly_budget:
            found.append(f"the budget's email at {self.settings.monthly_budget} dollars: `RETINA_STACK_MONTHLY_BUDGET`")
        return "; ".join(found) or "nothing"


def table(costs: Costs) -> str:
    """Markdown table: a prediction, an idle month, and a month for each of `VOLUMES`."""
    ways = (costs.inline(), costs.uploaded(), costs.queued())
    lines = [
        "| | inline | by upload | in batches | what breaks first |",
        "|---|---|---|---|---|",
        f"| 1,000 predictions | {' | '.join(_dollars(1000 * each) for each in ways)} | |",
        f"| a month without any | {_dollars(costs.idle())} | | | |",
    ]
    for volume in VOLUMES:
        month = " | ".join(_dollars(volume * each + costs.idle()) for each in ways)
        lines.append(f"| a month of {volume:,} | {month} | {costs.breaks_first(volume)} |")
    return "\n".join(lines)


def guards() -> str:
    """Markdown table: the monthly cost of the protective settings that are off by default."""
    lines = [
        "| setting | a month | besides |",
        "|---|---|---|",
        f"| `RETINA_STACK_CUSTOMER_KEY=true` | {_dollars(KMS_KEY_MONTH)} "
        f"| {_dollars(KMS_REQUEST * 1e6)} for a million uses of the key |",
        f"| `RETINA_STACK_FIREWALL=on` | {_dollars(WEB_ACL_MONTH + WEB_ACL_RULE_MONTH)} "
        f"| {_dollars(WEB_ACL_REQUEST * 1e6)} for a million requests |",
        f"| `RETINA_STACK_THREAT_PROTECTION=audit` or `full` | $0 "
        f"| {_dollars(COGNITO_PLUS_USER * 1000)} for a thousand people who sign in |",
    ]
    return "\n".join(lines)


def _dollars(amount: float) -> str:
    return f"${amount:,.0f}" if amount >= 100 else f"${amount:.2g}" if amount < 1 else f"${amount:.2f}"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--milliseconds", type=float, required=True, help="of a prediction, as `make bench` prints it")
    parser.add_argument("--factor", type=float, default=FACTOR, help="how much slower Lambda is")
    options = parser.parse_args()
    if not (options.milliseconds > 0 and options.factor > 0):
        parser.error("milliseconds and factor must be greater than 0")
    settings = StackSettings()
    print(table(Costs(settings, options.milliseconds * options.factor / 1000)))
    print(f"\n{guards()}")
    print(
        f"\n{options.milliseconds:g} ms, measured here, times {options.factor:g}; {settings.memory} MB; prices of "
        f"us-east-1, {PRICES_OF}; the busiest second is {PEAK} times the mean."
    )


if __name__ == "__main__":
    main()
