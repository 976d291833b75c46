"""The package for Lambda, built once, and the stack's templates."""

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from infra.package import TARGET
from infra.package.build import build
from infra.package.wheels import install, python_of, requirements
from support.lambda_package import RUNTIME, Built


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[tuple[int, int], Path], Built]:
    """Builds the package for a version of Python, the first time it is asked for."""

    @cache
    def package(version: tuple[int, int], python: Path) -> Built:
        folder = tmp_path_factory.mktemp("package")
        build(folder / "task", version, python)
        pinned = requirements(ROOT / "tests" / "requirements.txt", version)
        client = (pinned[name] for name in RUNTIME)
        install(folder / "runtime", client, version)
        return Built(folder / "task", python, folder / "runtime")

    return package


@pytest.fixture(scope="session", params=["this Python", "Lambda's Python"])
def built(request: pytest.FixtureRequest, packages: Callable[[tuple[int, int], Path], Built]) -> Built:
    """The package for one Python, then for the other, in each file of tests anew: hence `packages`."""
    version = sys.version_info[:2] if request.param == "this Python" else TARGET
    python = python_of(version)
    if not python:
        pytest.skip(f"there is no Python {version[0]}.{version[1]} here")
    return packages(version, python)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    from support.templates import template_of

    return template_of(tmp_path_factory.mktemp("plain"), alarm_email="alarm@example.com")


@pytest.fixture(scope="session")
def named(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """With every setting at another value than its default."""
    from support.templates import CERTIFICATE, WEB_ACL, template_of

    return template_of(
        tmp_path_factory.mktemp("named"),
        name="eyes",
        region="eu-central-1",
        domain="retina.example.com",
        certificate_arn=CERTIFICATE,
        monthly_budget=7,
        throttle_rate=3,
        throttle_burst=5,
        memory=3008,
        workers=2,
        log_days=731,
        signup_credits=3,
        free_each=7,
        free_together=70,
        most_batches=11,
        most_bytes=2**21,
        history_bytes=2**22,
        trial_batches=12,
        trial_bytes=2**23,
        trial_history_bytes=2**24,
        reserved_concurrency=2,
        predict_rate=2,
        predict_burst=4,
        customer_key=True,
        recovery_days=14,
        audit_days=3650,
        audit_addresses="none",
        firewall=WEB_ACL,
        firewall_rate=100,
        proof_version=3,
        self_sign_up=False,
        mfa="required",
        threat_protection="full",
        refresh_days=7,
    )
