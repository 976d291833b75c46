"""The command line: builds twice, compares, and prints what takes up the space."""

import argparse
import sys
import tempfile
from pathlib import Path

from infra.package import OUT, PAYMENT, TARGET
from infra.package.build import build, build_payment
from infra.package.inventory import biggest, digest, total
from infra.package.limits import LIMIT, PackageError
from infra.package.wheels import python_of


def main() -> None:
    """Run it; exits with the reason if Lambda would refuse the package."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT)
    out = parser.parse_args().out
    python = python_of(TARGET)
    try:
        build(out, TARGET, python)
        with tempfile.TemporaryDirectory(dir=out.parent) as second:
            build(Path(second) / out.name, TARGET, python)
            if digest(out) != digest(Path(second) / out.name):
                raise PackageError("two builds of the same sources differ")
        build_payment(selling := out.with_name(PAYMENT), TARGET, python)
    except PackageError as error:
        sys.exit(f"{error}.")
    for name, part in biggest(out):
        print(f"{part / 1e6:7.1f} MB  {name}")
    print(f"{total(out) / 1e6:7.1f} MB of {LIMIT / 1e6:.1f} in {out}, sha256 {digest(out)}")
    print(f"{total(selling) / 1e6:7.1f} MB in {selling}, for selling credits")
    if not python:
        print("Sources in place of bytecode, which makes a cold start slower: there is no Python 3.13 here to make it.")


if __name__ == "__main__":
    main()
