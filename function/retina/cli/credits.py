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
    from retina.errors import NotFoundError
    from retina.storage import open_records

    if parsed.amount and parsed.amount > MOST:
        return wrong(f"At most {MOST:,} credits can be granted at a time.")
    credits = Credits(open_records(settings))
    try:
        account = account_of(parsed.account, settings)
        left = credits.grant(account, parsed.amount, parsed.why) if parsed.amount else credits.balance(account)
    except NotFoundError as error:
        return wrong(str(error))
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
    """Print each purchase that was mended: the credits added or taken back, its id and its account."""
    from retina.errors import NotForSaleError, PaymentUnavailableError
    from retina.payment.keys import StripeKeysError
    from retina.payment.selling import Selling
    from retina.storage import open_records

    mended = 0
    try:
        for purchase, change in Selling(settings, open_records(settings)).reconcile(parsed.days):
            mended += 1
            print(f"{change:+6d}  {purchase.state:10}  {purchase.id}  account {purchase.account}", flush=True)
    except NotForSaleError:
        return wrong("Nothing is sold here: RETINA_STRIPE is not set.")
    except StripeKeysError as error:
        return wrong(f"Stripe cannot be asked: {error}.")
    except PaymentUnavailableError as error:
        return wrong(f"{error} {mended} purchases were mended so far.")
    print(f"{mended} purchases mended.")
    return 0
