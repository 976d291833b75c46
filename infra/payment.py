"""Selling credits: a function of its own behind the same HTTP API, with its own small package, role and secret.

It reaches the records of accounts, ledgers and purchases, and nothing else: no photograph, no result, no key.
"""

from pathlib import Path

from aws_cdk import Aws, Duration, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from infra.api import BUYS, Api
from infra.data import RELEASED
from infra.encryption import allow_key
from infra.functions import retina_function
from infra.package import PAYMENT
from infra.settings import StackSettings
from infra.stripe_keys import keys_of, parameter_of
from retina.prices import prices_of

TIMER = "aws.events"
"""How `payment_handler` recognises the timer."""
ROUTES = (BUYS, "POST /api/v1/stripe-events")
SECONDS, MEMORY = 300, 512
"""A reconciliation may take so long. A request is answered within 29 seconds, or the HTTP API gives it up."""
RECONCILIATIONS = (("Reconciliation", Duration.hours(1), 1), ("LongReconciliation", Duration.days(1), 35))
"""How often payments of so many days are reconciled. Some ways of paying take two weeks, and disputes come later."""
PARTITIONS = (*RELEASED, "ledger", "purchases", "webhook")
"""Partition prefixes that it may write."""
READS = ("user",)
"""Partition prefixes that it may also read: from a person at the issuer to the account."""


class Payment(Construct):
    """`function`."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: StackSettings,
        package: Path,
        api: Api,
        table: dynamodb.Table,
        key: kms.IKey | None,
    ) -> None:
        super().__init__(scope, id)
        self.function = retina_function(
            self,
            settings=settings,
            package=package.with_name(PAYMENT),
            handler="payment_handler.payment",
            seconds=SECONDS,
            key=key,
            memory=MEMORY,
            retry_attempts=0,  # the timer comes again
        )
        for name, pause, days in RECONCILIATIONS:
            told = events.RuleTargetInput.from_object({"source": TIMER, "days": days})
            events.Rule(
                self,
                name,
                description=f"Books payments of {days} days whose events from Stripe were lost.",
                schedule=events.Schedule.rate(pause),
                targets=[targets.LambdaFunction(self.function, event=told, retry_attempts=0)],
            )
        assert settings.prices is not None  # noqa: S101 - the settings see to it
        chosen = {
            "TABLE": table.table_name,
            "PRICES": prices_of(settings.prices).model_dump_json(),
            "STRIPE": keys_of(settings),
            "PROXY_PROOF": api.proof,
            "HOSTS": "*",
        }
        if settings.contact:
            chosen["CONTACT"] = settings.contact
        for name, value in chosen.items():
            self.function.add_environment(f"RETINA_{name}", value)
        for actions, partitions in (
            (("BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"), PARTITIONS),
            (("BatchGetItem", "Query"), READS),
        ):
            leading = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{name}:*" for name in partitions]}}
            names = [f"dynamodb:{action}" for action in actions]
            self.function.add_to_role_policy(
                iam.PolicyStatement(actions=names, resources=[table.table_arn], conditions=leading)
            )
        # AWS's own key for the parameter store may be used by whoever may read the parameter.
        region = Stack.of(self).region
        secret = f"arn:{Aws.PARTITION}:ssm:{region}:{Aws.ACCOUNT_ID}:parameter{parameter_of(settings)}"
        self.function.add_to_role_policy(iam.PolicyStatement(actions=["ssm:GetParameter"], resources=[secret]))
        if key:
            allow_key(key, self.function)
        # Deleting an account closes its pages for paying, which takes Stripe's keys.
        api.function.add_environment("RETINA_PAYMENT_FUNCTION", self.function.function_name)
        api.function.add_to_role_policy(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[self.function.function_arn])
        )
        integration = HttpLambdaIntegration("Sells", self.function)
        for route in ROUTES:
            method, path = route.split(" ")
            for made in api.http.add_routes(
                path=path, methods=[apigateway.HttpMethod(method)], integration=integration
            ):
                api.stage.node.add_dependency(made)  # a route has to exist before it can be throttled

    def open(self, issuer: str, client: str, url: str) -> None:
        """Tell the function whose tokens to accept, and to which page people return."""
        for name, value in {"ISSUER": issuer, "CLIENT_ID": client, "PAGE_URL": url}.items():
            self.function.add_environment(f"RETINA_{name}", value)
