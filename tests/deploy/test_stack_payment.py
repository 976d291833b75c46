"""What the stack promises where credits are sold: a function of its own, which alone may read Stripe's keys."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from cfnlint import api as cfnlint
from fastapi.testclient import TestClient
from pydantic import ValidationError
from stripe import _http_client as stripe

from conftest import ROOT
from infra import stripe_keys
from infra.api import MAKES
from infra.data import RELEASED
from infra.package.build import build_payment
from infra.package.inventory import total
from infra.package.wheels import python_of
from infra.payment import PARTITIONS, READS, ROUTES
from infra.settings import StackSettings
from retina.payment import checkout
from retina.payment.keys import stripe_keys as keys_at
from retina.payment.purchases import UNPAID_DAYS
from retina.payment_app import create_payment_app
from retina.prices import Pack, Prices
from retina.settings import Settings
from retina.storage.port import DAY
from retina.storage.records import Key
from retina.storage.s3 import client as aws_client
from retina.storage.sqlite import SqliteRecords
from support.house import BATCHES, House
from support.stripe_server import API_KEY, WEBHOOK_SECRET, keys_file, stripe_server
from support.templates import many, one, resources, statements, template_of

pytestmark = pytest.mark.xdist_group("stack")

PRICES = """
currency = "eur"
[[packs]]
credits = 100
amount = 900
"""
PARAMETER = "/retina/stripe"


@pytest.fixture(scope="module")
def prices(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("prices") / "prices.toml"
    file.write_text(PRICES)
    return str(file)


@pytest.fixture(scope="module")
def selling(tmp_path_factory: pytest.TempPathFactory, prices: str) -> dict[str, Any]:
    """cdk-nag has found nothing in it that is not acknowledged: otherwise there would be no template."""
    return template_of(tmp_path_factory.mktemp("selling"), prices=prices, contact="a@example.org", payment=True)


def test_nothing_is_sold_by_default(template: dict[str, Any]) -> None:
    text = json.dumps(template)
    assert "payment_handler" not in text
    assert "RETINA_STRIPE" not in text
    assert "ssm:GetParameter" not in text


def test_its_routes_go_to_a_small_function_of_their_own(selling: dict[str, Any]) -> None:
    name, function = one(selling, "AWS::Lambda::Function", "Payment")
    assert (function["Handler"], function["MemorySize"], function["Runtime"]) == (
        "payment_handler.payment",
        512,
        "python3.13",
    )
    _, integration = one(selling, "AWS::ApiGatewayV2::Integration", "ApiHttpPOSTapiv1purchases")
    assert name in json.dumps(integration["IntegrationUri"])
    routes = {route["RouteKey"] for route in resources(selling, "AWS::ApiGatewayV2::Route").values()}
    assert set(ROUTES) < routes
    assert not [match for match in cfnlint.lint(json.dumps(selling), regions=["us-east-1"]) if match.rule.id[0] == "E"]


def test_buying_is_throttled_and_failures_raise_an_alarm(selling: dict[str, Any], template: dict[str, Any]) -> None:
    [(name, stage)] = resources(selling, "AWS::ApiGatewayV2::Stage").items()
    assert stage["RouteSettings"][ROUTES[0]] == stage["RouteSettings"][MAKES[0]]
    routes = resources(selling, "AWS::ApiGatewayV2::Route")
    [bought] = [name for name, route in routes.items() if route["RouteKey"] == ROUTES[0]]
    assert bought in selling["Resources"][name]["DependsOn"], "it exists before it is throttled"
    _, alarm = one(selling, "AWS::CloudWatch::Alarm", "WatchPaymentErrors")
    function, _ = one(selling, "AWS::Lambda::Function", "Payment")
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": function}}]
    assert alarm["AlarmActions"]
    assert "WatchPaymentErrors" not in json.dumps(template)


def test_timers_reconcile_payments_of_a_day_and_of_35(selling: dict[str, Any], template: dict[str, Any]) -> None:
    function, _ = one(selling, "AWS::Lambda::Function", "Payment")
    for name, schedule, days in (("PaymentRec", "rate(1 hour)", 1), ("PaymentLong", "rate(1 day)", 35)):
        _, rule = one(selling, "AWS::Events::Rule", name)
        assert (rule["ScheduleExpression"], rule["State"]) == (schedule, "ENABLED")
        [target] = rule["Targets"]
        assert target["Arn"] == {"Fn::GetAtt": [function, "Arn"]}
        assert json.loads(target["Input"]) == {"source": "aws.events", "days": days}
    assert days == UNPAID_DAYS, "as long as a purchase that may be paid is stored"
    _, retries = one(selling, "AWS::Lambda::EventInvokeConfig", "Payment")
    assert retries["MaximumRetryAttempts"] == 0
    permissions = resources(selling, "AWS::Lambda::Permission").values()
    allowed = [each for each in permissions if each["Principal"] == "events.amazonaws.com"]
    assert [each["FunctionName"] for each in allowed] == [{"Fn::GetAtt": [function, "Arn"]}] * 2
    assert "Reconciliation" not in json.dumps(template)


def test_stripe_is_waited_for_less_long_than_a_request_may_take(selling: dict[str, Any]) -> None:
    """So that people are told that the payment service does not answer. The HTTP API waits for 29 seconds."""
    _, function = one(selling, "AWS::Lambda::Function", "Payment")
    each = (checkout.RETRIES + 1) * checkout.TIMEOUT_SECONDS + checkout.RETRIES * checkout.PAUSE_SECONDS
    assert checkout.REQUESTS * each < 29
    assert function["Timeout"] == 300, "for the timers"
    assert stripe.HTTPClient.INITIAL_DELAY == checkout.PAUSE_SECONDS


def test_the_api_may_tell_it_of_deleted_accounts_and_no_other(
    selling: dict[str, Any], template: dict[str, Any]
) -> None:
    name, _ = one(selling, "AWS::Lambda::Function", "Payment")
    _, api = one(selling, "AWS::Lambda::Function", "ApiFunction")
    assert api["Environment"]["Variables"]["RETINA_PAYMENT_FUNCTION"] == {"Ref": name}
    [(role, statement)] = [(n, s) for n, s in statements(selling) if "lambda:InvokeFunction" in many(s["Action"])]
    assert role.startswith("ApiRole")
    assert statement["Resource"] == {"Fn::GetAtt": [name, "Arn"]}
    for variable in ("RETINA_PAYMENT_FUNCTION", "lambda:InvokeFunction"):
        assert variable not in json.dumps(
            [*resources(template, "AWS::Lambda::Function").values(), *statements(template)]
        )


def test_only_that_function_may_read_the_keys_and_only_records_of_money(selling: dict[str, Any]) -> None:
    reading = [(n, s) for n, s in statements(selling) if "ssm:GetParameter" in many(s["Action"])]
    [(role, statement)] = reading
    assert role.startswith("PaymentRole")
    assert json.dumps(statement["Resource"]).count(f"parameter{PARAMETER}") == 1
    own = [s for n, s in statements(selling) if n.startswith("PaymentRole")]
    tables = [s for s in own if "dynamodb:Query" in many(s["Action"])]
    leading = [s["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] for s in tables]
    assert leading == [[f"{name}:*" for name in PARTITIONS], [f"{name}:*" for name in READS]]
    assert not [s for s in own if any(action.startswith(("s3:", "sqs:", "cognito")) for action in many(s["Action"]))]


def test_the_partitions_of_the_function_are_those_that_an_event_changes(
    tmp_path: Path, tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The customer has no credits left, and a batch of one of her keys has expired: its reservation is released."""
    written, read = set[str](), set[str]()
    with stripe_server() as stripe:
        sold = Prices(currency="eur", tax="none", packs=(Pack(credits=100, amount=900),))
        shop = House(tmp_path / "data", prices=sold, stripe=str(keys_file(tmp_path, stripe)), signup_credits=1)
        anna = shop.person()
        items = {"items": [{"name": "a", "size": len(tiny)}]}
        shop.client.post(BATCHES, json=items, headers=shop.key(anna)).raise_for_status()
        bought = shop.client.post("/api/v1/purchases", json={"credits": 100}, headers=anna).raise_for_status().json()
        later = time.time() + 31 * DAY
        body, headers = stripe.signed(stripe.pay(bought["url"].rpartition("/")[2]), at=int(later))
        for module in ("accounts.reservations", "storage.sqlite"):
            monkeypatch.setattr(f"retina.{module}.time.time", lambda: later)

        def watched(plain: Any) -> Any:
            def call(self: SqliteRecords, *arguments: Any, **named: Any) -> Any:
                keys = [each if isinstance(each, Key) else getattr(each, "key", None) for each in arguments]
                used = written if plain.__name__ == "write" else read
                used.update(key.partition for key in keys if key)
                used.update(each for each in arguments if isinstance(each, str))
                return plain(self, *arguments, **named)

            return call

        for name in ("get", "query", "write"):
            monkeypatch.setattr(SqliteRecords, name, watched(getattr(SqliteRecords, name)))
        pool = {"issuer": "https://i.example/pool", "client_id": "page", "site": None}
        application = create_payment_app(Settings(**shop.settings.model_dump() | pool))
        answer = TestClient(application).post("/api/v1/stripe-events", content=body, headers=headers)
        assert answer.status_code == 204
    changed, seen = ({partition.partition(":")[0] for partition in some} for some in (written, read))
    assert {*RELEASED, "purchases", "ledger", "webhook"} <= changed <= set(PARTITIONS)
    assert seen <= {*PARTITIONS, *READS}


def test_no_key_is_in_the_template(selling: dict[str, Any]) -> None:
    for name, function in resources(selling, "AWS::Lambda::Function").items():
        variables = function.get("Environment", {}).get("Variables", {})
        if name.startswith(("Payment", "ApiFunction")):
            assert variables["RETINA_STRIPE"] == f"ssm:{PARAMETER}", "the name alone"
            assert json.loads(variables["RETINA_PRICES"])["packs"] == [{"credits": 100, "amount": 900}]
            assert variables["RETINA_CONTACT"] == "a@example.org"
    for secret in ("sk_", "rk_live", "whsec_"):
        assert secret not in json.dumps(selling)


def test_the_keys_are_encrypted_and_read_as_they_were_entered(aws: str, s3: Any) -> None:
    entered = iter([API_KEY, f" {WEBHOOK_SECRET}\n"])
    assert stripe_keys.store(aws_client("ssm"), StackSettings(), lambda _: next(entered)) >= 1
    [kept] = aws_client("ssm").describe_parameters(
        ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": [PARAMETER]}]
    )["Parameters"]
    assert kept["Type"] == "SecureString"
    keys = keys_at(stripe_keys.keys_of(StackSettings()))
    assert keys.webhook_secret.get_secret_value() == WEBHOOK_SECRET
    assert keys.deployment == "retina", "the stack's name"
    assert API_KEY not in repr(keys)


def test_new_keys_leave_the_name_of_the_payments_as_it_is(aws: str, s3: Any) -> None:
    settings = StackSettings(name="renamed")
    parameter, ssm = stripe_keys.parameter_of(settings), aws_client("ssm")
    for known, after in ((None, "renamed"), ("before", "before")):
        if known:
            value = json.dumps({"api_key": API_KEY, "webhook_secret": WEBHOOK_SECRET, "deployment": known})
            ssm.put_parameter(Name=parameter, Value=value, Type="SecureString", Overwrite=True)
        entered = ["rk_test_new", WEBHOOK_SECRET]
        stripe_keys.store(ssm, settings, lambda _: entered.pop(0))
        keys = keys_at(stripe_keys.keys_of(settings))
        assert (keys.deployment, keys.api_key.get_secret_value()) == (after, "rk_test_new")


@pytest.mark.parametrize("wrong", [{"payment": True}, {"prices": "/nowhere.toml"}, {"contact": "whoever"}])
def test_selling_without_prices_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        StackSettings(**wrong)


def test_the_api_does_not_import_stripe_and_selling_imports_no_imaging() -> None:
    ask = "import sys, {}; print(sorted({{'stripe', 'numpy', 'cv2', 'PIL', 'ai_edge_litert'}} & {{*sys.modules}}))"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "function")}
    for module, foreign in (("retina.app", "stripe"), ("retina.payment_app", "numpy")):
        run = subprocess.run(
            [sys.executable, "-c", ask.format(module)], env=environment, capture_output=True, text=True, check=True
        )
        assert foreign not in run.stdout
    assert run.stdout == "[]\n"


@pytest.mark.package
def test_its_package_is_small_and_can_be_loaded(tmp_path: Path) -> None:
    """Under this Python; that it needs what Lambda's has (boto3) is why the test's own is added at the end."""
    version = sys.version_info[:2]
    python = python_of(version)
    assert python
    build_payment(tmp_path / "package", version, None)
    assert total(tmp_path / "package") < 80e6
    assert not [*(tmp_path / "package").glob("numpy*")]
    code = (
        "import sys; sys.path.append(sys.argv[1]); import payment_handler, retina.payment.checkout as c, stripe; "
        "print(stripe.__file__); print(payment_handler.payment)"
    )
    environment = {"RETINA_ISSUER": "https://i.example/pool", "RETINA_CLIENT_ID": "page", "RETINA_DATA": str(tmp_path)}
    site = str(next(Path(path) for path in sys.path if path.endswith("site-packages")))
    run = subprocess.run(
        [str(python), "-S", "-c", code, site],
        env=environment | {"PYTHONPATH": str(tmp_path / "package")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert str(tmp_path / "package") in run.stdout
