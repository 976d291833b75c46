"""The command line: `retina segment`, `batch`, `serve`, `worker`, `account`, `credits` and `audit`."""

import argparse
import logging
import sys
import warnings
from collections.abc import Sequence

from pydantic import ValidationError

from retina import __version__
from retina.cli import (
    account,
    audit,
    batch,
    credits,
    segment,
    serve,
)
from retina.cli.ending import flush, unread, unwritten, wrong
from retina.errors import ModelCardError
from retina.settings import Settings
from retina.storage.database import DatabaseError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0 all well, 1 some photographs were rejected or failed, 2 wrong usage."""
    parser = argparse.ArgumentParser(
        prog="retina",
        description="The blood vessels of the retina in fundus photographs. For research and education only.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True)
    for command in (segment, batch, serve, account, credits, audit):
        command.add(commands)
    parsed = parser.parse_args(arguments)
    # Our own errors describe damaged files better than the libraries' warnings.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    try:
        status = int(parsed.run(parsed, Settings()))
        flush()
        return status
    except BrokenPipeError:
        return unread()
    except OSError as error:
        return unwritten(error)
    except ModelCardError as error:
        return wrong(f"The model cannot be used: {error}.")
    except DatabaseError as error:
        return wrong(str(error))
    except ValidationError as error:
        found = "; ".join(f"RETINA_{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors())
        return wrong(f"A setting has an invalid value: {found}.")


if __name__ == "__main__":
    sys.exit(main())
