"""The cost table: its sums, and the prices that it uses."""

import re
import sys

import pytest

from conftest import ROOT
from infra import costs
from infra.costs import Costs
from infra.settings import StackSettings


def test_the_price_of_a_prediction_is_the_sum_of_its_parts() -> None:
    """150 ms at 1,769 MB without HTTP API: 0.15 x 1.7275 GB x 0.0000166667 = $0.00000432."""
    inline = Costs(StackSettings(), 0.15).inline()
    requested = costs.LAMBDA_REQUEST + costs.HTTP_API_REQUEST + costs.COUNTED
    assert inline - requested == pytest.approx(4.319e-6, rel=1e-3)
    assert Costs(StackSettings(memory=3538), 0.15).inline() - inline == pytest.approx(4.319e-6, rel=1e-3)
    assert Costs(StackSettings(), 0.15).uploaded() > inline + costs.S3_PUT
    unasked = inline - costs.HTTP_API_REQUEST - costs.COUNTED
    assert Costs(StackSettings(), 0.15).queued() > unasked + 3 * costs.S3_PUT + 16 * costs.DYNAMODB_WRITE


def test_what_breaks_first_depends_on_volume_and_settings() -> None:
    small = Costs(StackSettings(), 0.4)
    assert small.breaks_first(100) == small.breaks_first(10_000) == "nothing"
    large = small.breaks_first(10_000_000)
    for limit in ("throttle", "free predictions", "functions at once", "budget"):
        assert limit in large
    assert "2 workers" in Costs(StackSettings(workers=2), 0.6).breaks_first(10_000_000)
    lifted = Costs(StackSettings(throttle_rate=100, predict_rate=100, monthly_budget=1000, free_together=0), 0.1)
    assert lifted.breaks_first(10_000_000) == "nothing"


def test_the_document_contains_what_the_command_prints(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    document = (ROOT / "docs" / "cloud.md").read_text()
    [milliseconds] = re.findall(r"python -m infra\.costs --milliseconds (\d+)", document)
    monkeypatch.setattr(sys, "argv", ["costs", "--milliseconds", milliseconds])
    costs.main()
    printed = capsys.readouterr().out.split("\n\n")
    assert printed[0] in document
    assert printed[1] in document


def test_optional_protection_costs_what_the_document_says() -> None:
    plain = Costs(StackSettings(), 0.15).idle()
    guarded = Costs(StackSettings(customer_key=True, firewall="on"), 0.15).idle()
    assert guarded - plain == pytest.approx(1 + 6)
    assert "$6.00" in costs.guards()
