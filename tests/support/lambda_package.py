"""The package for Lambda that a test runs, and what Lambda adds to it."""

from dataclasses import dataclass
from pathlib import Path

RUNTIME = (
    "awslambdaric", "simplejson", "snapshot-restore-py",
    "boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3",
)  # fmt: skip
"""What Lambda's Python has, and the package therefore has not."""


@dataclass(frozen=True)
class Built:
    """The Lambda package in `folder`, for `python`; `runtime` holds what Lambda adds to it."""

    folder: Path
    python: Path
    runtime: Path
