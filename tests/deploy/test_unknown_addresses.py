"""What CloudFront responds to addresses at which the page has no file."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from infra.unknown_addresses import unknown_addresses
from support.templates import resources

SITE = ROOT / "site"


def answer(uri: str) -> dict[str, Any]:
    """Of the function, run by Node."""
    script = f"{unknown_addresses(SITE)}; console.log(JSON.stringify(handler({{request: {{uri: {json.dumps(uri)}}}}})))"
    made = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    return dict(json.loads(made.stdout))


@pytest.mark.parametrize("uri", ["/", "/index.html", "/history.html", "/js/pages/index.js", "/samples/retina.jpg"])
def test_the_pages_own_files_pass(uri: str) -> None:
    assert answer(uri) == {"uri": uri}


@pytest.mark.parametrize("uri", ["/histroy.html", "/history.html/", "/js", "/wp-admin/setup.php", "//index.html"])
def test_other_addresses_get_the_page_that_says_so(uri: str) -> None:
    made = answer(uri)
    assert made["statusCode"] == 404
    assert made["body"]["data"] == (SITE / "404.html").read_text()


def test_a_page_too_large_for_cloudfront_fails_before_it_is_deployed(tmp_path: Path) -> None:
    (tmp_path / "404.html").write_text("x" * 11_000)
    with pytest.raises(ValueError, match="has more than 10240 bytes"):
        unknown_addresses(tmp_path)


def test_only_the_page_has_it(template: dict[str, Any]) -> None:
    [distribution] = resources(template, "AWS::CloudFront::Distribution").values()
    config = distribution["DistributionConfig"]
    [association] = config["DefaultCacheBehavior"]["FunctionAssociations"]
    assert association["EventType"] == "viewer-request"
    assert not any(behaviour.get("FunctionAssociations") for behaviour in config["CacheBehaviors"])
