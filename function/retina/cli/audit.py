"""`retina audit`: who did what with an account's data, from whichever store the service uses."""

import argparse

from retina.cli.arguments import ACCOUNT, account_of
from retina.cli.ending import wrong
from retina.errors import NotFoundError
from retina.settings import Settings

PAGE = 500
NONE = (
    "The audit log has no entries for {account!r}. Give the account ID, 32 digits and letters that "
    "`retina account show ADDRESS` prints, or the email address."
)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program."""
    audit = commands.add_parser("audit", help="show an account's audit log, the newest entry first")
    audit.add_argument("account", help=f"{ACCOUNT}; “nobody” lists failed sign-ins with addresses that have no account")
    audit.set_defaults(run=run)


def run(parsed: argparse.Namespace, settings: Settings) -> int:
    """Print one line per entry: time, action, record, API key, address; - for an empty field. Works for deleted
    accounts, too.
    """
    from retina.accounts.audit import Audit
    from retina.storage import open_records

    try:
        account = account_of(parsed.account, settings)
    except NotFoundError as error:
        return wrong(str(error))
    log = Audit(open_records(settings), settings.audit_days, settings.audit_addresses)
    after: str | None = None
    while True:
        first = after is None
        entries, after = log.of(account, PAGE, after)
        if first and not entries:
            return wrong(NONE.format(account=account))
        for entry in entries:
            columns = ((entry.action, 21), (entry.record, 32), (entry.caller, 16))
            padded = "  ".join(f"{text or '-':{width}}" for text, width in columns)
            print(f"{entry.time}  {padded}  {entry.address or '-'}")
        if after is None:
            return 0
