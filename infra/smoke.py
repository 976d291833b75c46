"""Checks a deployment with a few requests: does it serve this page, this network and the same results as this machine?

Takes the address or CDK's outputs file; prints a line per check and exits with status 1 at the first failure. With
`--times`, it also measures how much slower the deployment is than this machine: the factor of `infra.costs`.

`python -m infra.smoke https://...` or `python -m infra.smoke build/cdk-outputs.json [--times 20]`
"""

import argparse
import base64
import hashlib
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from infra.package import ROOT
from retina.imaging.network import VesselNetwork
from retina.imaging.pipeline import predict
from retina.imaging.rendering import OUTPUTS
from retina.settings import Settings

SAMPLE = ROOT / "site" / "samples" / "retina.jpg"


class SmokeError(Exception):
    """The service is not what it should be; the message says why."""


def check(service: httpx.Client, network: VesselNetwork, tell: Callable[[str], Any] = print) -> None:
    """Check the page, the health route and one prediction of `service`; raises `SmokeError`."""
    page = _answered(service.get("/"))
    if "<title>" not in page.text or "default-src 'none'" not in page.headers.get("content-security-policy", ""):
        raise SmokeError("what is at / is not the page, or it lacks its content security policy")
    tell("the page is there, with its content security policy")
    health = _answered(service.get("/api/v1/health")).json()
    if health["model"]["sha256"] != network.card.sha256:
        raise SmokeError(f"it serves another network than {Settings().model.name} here describes")
    if not health["xnnpack"]:
        raise SmokeError("XNNPACK is not active: it would answer several times slower")
    tell(f"version {health['version']} is up, with this network and XNNPACK")
    theirs = _mask(_answered(_predict(service)))
    settings = Settings()
    ours = predict(SAMPLE.read_bytes(), network, OUTPUTS["mask"], **settings.limits).pictures["mask"]
    if theirs != ours:
        raise SmokeError("its mask of the sample photograph is another than the one computed here")
    tell(f"its mask of the sample photograph is the one computed here (sha256 {hashlib.sha256(ours).hexdigest()[:12]})")


def factor(service: httpx.Client, network: VesselNetwork, times: int) -> tuple[float, float]:
    """Median milliseconds of a request to `service` and of the same prediction in this process, taken alternately."""
    theirs, ours = [], []
    for _ in range(times + 1):
        started = time.perf_counter()
        _answered(_predict(service))
        answered = time.perf_counter()
        predict(SAMPLE.read_bytes(), network, OUTPUTS["mask"], **Settings().limits)
        theirs.append(answered - started)
        ours.append(time.perf_counter() - answered)
    return 1e3 * statistics.median(theirs[1:]), 1e3 * statistics.median(ours[1:])


def _predict(service: httpx.Client) -> httpx.Response:
    files = {"file": ("retina.jpg", SAMPLE.read_bytes())}
    return service.post("/api/v1/predictions", files=files, data={"outputs": "mask"})


def _mask(answer: httpx.Response) -> bytes:
    return base64.b64decode(answer.json()["images"]["mask"])


def _answered(answer: httpx.Response) -> httpx.Response:
    if answer.status_code != 200:
        raise SmokeError(f"{answer.request.url} answered {answer.status_code}: {answer.text[:200]}")
    return answer


def address(where: str) -> str:
    """The service's address: `where` itself, or read from the outputs file at `where`. Raises `SmokeError`."""
    if where.startswith(("http://", "https://")):
        return where
    try:
        [outputs] = json.loads(Path(where).read_text()).values()
        return str(outputs["Url"])
    except (OSError, ValueError, KeyError) as error:
        raise SmokeError(f"{where} is neither an address nor what CDK has written: {error}") from error


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("where", help="the address, or CDK's outputs file")
    parser.add_argument("--times", type=int, default=0, help="measure as many predictions, too")
    options = parser.parse_args()
    network = VesselNetwork(Settings().model)
    try:
        with httpx.Client(base_url=address(options.where), timeout=60) as service:
            check(service, network)
            if options.times > 0:
                theirs, ours = factor(service, network, options.times)
                print(f"{theirs:.0f} ms with the way there, {ours:.0f} ms in this process: factor {theirs / ours:.1f}")
    except (SmokeError, httpx.HTTPError) as error:
        sys.exit(f"The service is not as it should be: {error}.")


if __name__ == "__main__":
    main()
