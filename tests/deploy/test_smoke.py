"""The smoke test of a deployment finds faults."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from conftest import SMALL_CANVASES, copy_card
from infra import smoke
from infra.smoke import SmokeError
from retina.app import create_app
from retina.imaging.network import VesselNetwork
from retina.settings import Settings


def test_a_working_service_passes(client: TestClient, quick_network: VesselNetwork) -> None:
    printed: list[str] = []
    smoke.check(client, quick_network, printed.append)
    assert len(printed) == 3
    theirs, ours = smoke.factor(client, quick_network, 2)
    assert min(theirs, ours) > 0


def test_another_mask_is_noticed(quick_network: VesselNetwork, tmp_path: Path) -> None:
    other = Settings(model=copy_card(tmp_path, threshold=0.6, canvases=SMALL_CANVASES), data=tmp_path)
    with TestClient(create_app(other)) as client, pytest.raises(SmokeError, match="mask"):
        smoke.check(client, quick_network)


@pytest.mark.parametrize(
    ("path", "answer", "reason"),
    [
        ("/", httpx.Response(200, text="<title>Retina</title>"), "content security policy"),
        ("/", httpx.Response(403, text="AccessDenied"), "answered 403: AccessDenied"),
        ("/api/v1/health", {"xnnpack": False}, "XNNPACK"),
        ("/api/v1/health", {"model": {"name": "unet", "sha256": "0" * 64}}, "another network"),
    ],
)
def test_each_fault_is_named(client: TestClient, network: VesselNetwork, path: str, answer: Any, reason: str) -> None:
    def answering(request: httpx.Request) -> httpx.Response:
        headers = {**request.headers, "accept-encoding": "identity"}  # what is read here is not compressed any more
        real = client.request(request.method, request.url.path, content=request.read(), headers=headers)
        if request.url.path != path:
            return httpx.Response(real.status_code, headers=real.headers, content=real.content)
        changed = answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=real.json() | answer)
        return httpx.Response(changed.status_code, content=changed.content)

    service = httpx.Client(transport=httpx.MockTransport(answering), base_url=client.base_url)
    with service, pytest.raises(SmokeError, match=reason):
        smoke.check(service, network, lambda _: None)


def test_the_address_is_an_argument_or_read_from_the_outputs_of_cdk(tmp_path: Path) -> None:
    assert smoke.address("https://example.com/") == "https://example.com/"
    written = tmp_path / "outputs.json"
    written.write_text(json.dumps({"retina": {"Url": "https://d1.cloudfront.net/"}}))
    assert smoke.address(str(written)) == "https://d1.cloudfront.net/"
    for wrong in ("", "{}", '{"retina": {}}', '{"a": {}, "b": {}}'):
        written.write_text(wrong)
        with pytest.raises(SmokeError, match="neither an address"):
            smoke.address(str(written))
