"""`retina account`: for the operator of a service, who names a user by email address."""

import argparse

from retina.accounts.audit import Action
from retina.cli.ending import wrong
from retina.settings import Settings

ELSEWHERE = (
    "RETINA_ISSUER is set: this service has its accounts in Cognito. Use `aws cognito-idp {command} "
    "--user-pool-id {pool} --username {address}`, or the pool's page in the AWS console."
)
COMMANDS = {"show": "admin-get-user", "reset": "admin-reset-user-password", "sign-out": "admin-user-global-sign-out"}
"""Our subcommands, and the Cognito commands that do the same."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program."""
    account = commands.add_parser("account", help="show somebody's account, reset its password, or sign it out")
    actions = account.add_subparsers(required=True)
    show = actions.add_parser("show", help="its ID, its credits and its API keys")
    reset = actions.add_parser("reset", help="print a link for choosing a new password; it works once, within a day")
    out = actions.add_parser("sign-out", help="end all its sessions")
    for action, name in ((show, "show"), (reset, "reset"), (out, "sign-out")):
        action.add_argument("address", help="the email address it was created with")
        action.set_defaults(run=run, action=name)
    reset.add_argument(
        "--url", default="http://127.0.0.1:8000", help="the address of the service (default: %(default)s)"
    )


def run(parsed: argparse.Namespace, settings: Settings) -> int:
    """Run the subcommand and print what was done."""
    if settings.issuer and settings.client_id:
        pool = settings.issuer.rpartition("/")[2]
        return wrong(ELSEWHERE.format(command=COMMANDS[parsed.action], pool=pool, address=parsed.address))
    from retina.accounts.audit import OPERATOR
    from retina.auth.local.attempts import Attempts
    from retina.auth.local.issuer import ISSUER
    from retina.auth.local.people import LINK_SECONDS, People
    from retina.services import Services

    services = Services(settings)
    records = services.records
    people = People(records, Attempts(records, settings.data))
    subject = people.of_address(parsed.address)
    if subject is None:
        return wrong(f"No account has the address {parsed.address!r} in {settings.table or settings.data}.")
    if parsed.action == "show":
        return _show(settings, subject)
    if account := services.accounts.find(ISSUER, subject):
        action: Action = "sessions.ended" if parsed.action == "sign-out" else "password.link_made"
        services.audit.note(account, action, caller=OPERATOR)
    if parsed.action == "sign-out":
        people.end_sessions(subject)
        print(
            "All sessions of this account have ended. Its API keys remain valid until their owner "
            "revokes them on the account page."
        )
        return 0
    print(f"{parsed.url.rstrip('/')}/oauth2/reset?token={people.link(parsed.address)}")
    print(
        "Anyone who opens this link can choose a new password for the account. It works once, within "
        f"{LINK_SECONDS // 3600} hours; until it is used, the old password remains valid. Give it only to the owner, "
        "after checking who they are."
    )
    return 0


def _show(settings: Settings, subject: str) -> int:
    from retina.auth.local.issuer import ISSUER
    from retina.services import Services

    services = Services(settings)
    account = services.accounts.find(ISSUER, subject)
    if account is None:
        print("This person has registered but has not used the service yet.")
        return 0
    print(f"account  {account}")
    print(f"credits  {services.credits.balance(account)}")
    for key in services.accounts.keys(account):
        end, used = key.expires[:16].replace("T", " ") or "never", key.used or "never"
        print(f"key      {key.id}  {','.join(key.scopes)}  expires {end}  used {used}  {key.name!r}")
    return 0
