"""`retina audit`: who did what with an account's records, on whichever store the service has."""

import argparse

from retina.settings import Settings

PAGE = 500


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of the program."""
    audit = commands.add_parser("audit", help="show an account's audit log, the newest entry first")
    audit.add_argument(
        "account", help="its id, as GET /api/v1/usage and the page tell it; “nobody”: sign-ins with unknown addresses"
    )
    audit.set_defaults(run=run)


def run(parsed: argparse.Namespace, settings: Settings) -> int:
    """One line an entry: time, action, record, API key, address; - where there is none. Works for deleted accounts."""
    from retina.audit import Audit
    from retina.store import open_records

    log = Audit(open_records(settings), settings.audit_days, settings.audit_addresses)
    after: str | None = None
    while True:
        entries, after = log.of(parsed.account, PAGE, after)
        for entry in entries:
            told = (
                f"{part or '-':{width}}" for part, width in ((entry.action, 21), (entry.record, 32), (entry.caller, 16))
            )
            print(f"{entry.time}  {'  '.join(told)}  {entry.address or '-'}")
        if after is None:
            return 0
