"""`retina credits`: an account's credits, and purchases that Stripe and the ledger disagree on, from whichever store
the service uses.
"""

import argparse

from retina.cli.arguments import ACCOUNT, account_of, positive
from retina.cli.ending import wrong
from retina.payment.purchases import UNPAID_DAYS
from retina.settings import Settings

MOST = 1_000_000
"""The most credits in one grant; a larger amount is taken for a typing error."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program."""
    credits = commands.add_parser("credits", help="show or grant an account's credits")
    commands = credits.add_subparsers(required=True)
    show = commands.add_parser("show", help="the credits left, and every entry of the ledger")
    grant = commands.add_parser("grant", help="add credits")
    for command in (show, grant):
        command.add_argument("account", help=ACCOUNT)
        command.set_defaults(run=run, amount=None)
    grant.add_argument("amount", type=positive, help="how many")
    mend = commands.add_parser("reconcile", help="ask Stripe about all purchases, and mend those not booked as it says")
    mend.add_argument(
        "--days", type=positive, default=UNPAID_DAYS, help="of the last so many days (default: %(default)s)"
    )
    mend.set_defaults(run=reconcile)
    grant.add_argument("--why", default="", metavar="TEXT", help="a reason, recorded in the ledger")


def run(parsed: argparse.Namespace, settings: Settings) -> int:
    """Print the balance, after a grant or together with the ledger."""
    from retina.accounts.ledger import Credits
    from retina.cli.own_words import in_own_words
    from retina.errors import NotFoundError
    from retina.storage import open_records

    if parsed.amount and parsed.amount > MOST:
        return wrong(f"At most {MOST:,} credits can be granted at a time.")
    credits = Credits(open_records(settings))
    try:
        account = account_of(parsed.account, settings)
        left = credits.grant(account, parsed.amount, parsed.why) if parsed.amount else credits.balance(account)
    except NotFoundError as error:
        return wrong(in_own_words(str(error)))
    if not parsed.amount:
        after = None
        while entries := credits.ledger(account, after=after):
            for entry in entries:
                what = entry.what.replace("\n", " ")
                print(f"{entry.time}  {entry.amount:+6d}  {entry.kind:6}  {entry.key_id or '-':16}  {what}")
            after = entries[-1].place
    print(f"{left} credits left.")
    return 0


def reconcile(parsed: argparse.Namespace, settings: Settings) -> int:
    """Print each purchase that was mended (the credits added or taken back, its id and its account) and each problem.

    Returns 1 if there was a problem.
    """
    from retina.cli.serve import cannot_sell
    from retina.errors import PaymentUnavailableError
    from retina.payment.selling import Selling
    from retina.storage import open_records

    if not settings.stripe:
        return wrong("Nothing is sold here: RETINA_STRIPE is not set.")
    selling = Selling(settings, open_records(settings))
    if reason := cannot_sell(selling):
        return wrong(reason)
    mended = problems = 0
    try:
        for id, (purchase, change, problem) in selling.reconcile(parsed.days):
            whose = f"  {purchase.id}  account {purchase.account}" if purchase else ""
            if problem:
                problems += 1
                print(f"{id}{whose}: {problem}", flush=True)
            elif purchase:
                mended += 1
                print(f"{change:+6d}  {purchase.state:10}{whose}", flush=True)
    except PaymentUnavailableError as error:
        return wrong(f"{error} {mended} purchases were mended so far.")
    print(f"{mended} purchases mended." + (f" Problems: {problems}." if problems else ""))
    return 1 if problems else 0
