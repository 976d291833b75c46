"""`retina account`: for the operator of a service, who names a user by mail address."""

import argparse

from retina.accounts.audit import Action
from retina.cli.ending import wrong
from retina.settings import Settings

ELSEWHERE = (
    "RETINA_ISSUER is set: Cognito keeps the accounts of this service. Use `aws cognito-idp {command} "
    "--user-pool-id {pool} --username {address}`, or the pool's page in the AWS console."
)
COMMANDS = {"show": "admin-get-user", "reset": "admin-reset-user-password", "sign-out": "admin-user-global-sign-out"}
"""Our subcommands, and the Cognito commands that do the same."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program."""
    account = commands.add_parser("account", help="show somebody's account, reset its password, or sign it out")
    actions = account.add_subparsers(required=True)
    show = actions.add_parser("show", help="its number, its credits and its API keys")
    reset = actions.add_parser("reset", help=("print a link to choose a new password, valid once and for a day"))
    out = actions.add_parser("sign-out", help="end all its sessions")
    for action, name in ((show, "show"), (reset, "reset"), (out, "sign-out")):
        action.add_argument("address", help="the mail address it was created with")
        action.set_defaults(run=run, action=name)
    reset.add_argument(
        "--url", default="http://127.0.0.1:8000", help="where the service is (default: http://127.0.0.1:8000)"
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
        return wrong(f"Nobody has an account with the address {parsed.address!r} in {settings.table or settings.data}.")
    if parsed.action == "show":
        return _show(settings, subject)
    if account := services.accounts.find(ISSUER, subject):
        action: Action = "sessions.ended" if parsed.action == "sign-out" else "password.link_made"
        services.audit.note(account, action, caller=OPERATOR)
    if parsed.action == "sign-out":
        people.end_sessions(subject)
        print(
            "All sessions of this account have ended. Its API keys remain valid until their owner "
            "revokes them on the page."
        )
        return 0
    print(f"{parsed.url.rstrip('/')}/oauth2/reset?token={people.link(parsed.address)}")
    print(
        f"Whoever opens this link chooses a new password for the account. It works once, for {LINK_SECONDS // 3600} "
        "hours; until then the old password remains valid. Give it to the owner only, and make sure it is them."
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
