"""Arguments shared by several commands."""

import argparse
from pathlib import Path

from retina.errors import NotFoundError
from retina.settings import Settings

ACCOUNT = "the account ID, which the account page and `retina account show ADDRESS` print, or the email address"


def photographs(command: argparse.ArgumentParser) -> None:
    """Add the arguments for input paths, the output folder, and the options for each photograph."""
    command.add_argument(
        "paths", nargs="+", type=_path, metavar="PATH", help="a photograph, or a folder of photographs"
    )
    command.add_argument("--out", type=_folder, required=True, metavar="DIR", help="the folder for the results")
    command.add_argument(
        "--threshold",
        type=_share,
        metavar="P",
        help="a vessel is where the probability is greater (default: the model card's for the size of the field)",
    )
    command.add_argument("--flips", action="store_true", help="average over mirror images: slightly better, slower")
    command.add_argument(
        "--force", action="store_true", help="also segment what does not look like a fundus photograph"
    )
    command.add_argument(
        "--measurements", action="store_true", help="also write measurements.csv, with one row for each measurement"
    )


def positive(text: str) -> int:
    """Parse a whole number, 1 or more."""
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError("must be a whole number, 1 or more")
    return number


def account_of(given: str, settings: Settings) -> str:
    """The ID of an account that is `given` by its ID or its email address. Raises `NotFoundError` for an unknown
    address.
    """
    if "@" not in given:
        return given
    if settings.issuer and settings.client_id:
        raise NotFoundError("Cognito stores the email addresses of this service. Use the ID on the account page.")
    from retina.auth.local.attempts import Attempts
    from retina.auth.local.issuer import ISSUER
    from retina.auth.local.people import People
    from retina.services import Services

    services = Services(settings)
    subject = People(services.records, Attempts(services.records, settings.data)).of_address(given)
    account = services.accounts.find(ISSUER, subject) if subject else None
    if account is None:
        raise NotFoundError(f"No account has the address {given!r} in {settings.table or settings.data}.")
    return account


def _share(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError("must be a number from 0 to 1")
    return number


def _path(text: str) -> Path:
    """An empty text, such as an empty variable of a script, would be the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("must name a file or folder")
    return Path(text)


def _folder(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("must name a folder")
    return Path(text)
