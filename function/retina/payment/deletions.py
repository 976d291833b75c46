"""How the function that sells credits hears of deleted accounts: the one that deletes them has no keys of Stripe's."""

import json

SOURCE = "retina.accounts"
"""The source of these events. A request from outside cannot name it: what it says is inside the event."""


def announce(function: str, account: str) -> None:
    """Invoke the Lambda function, without waiting for it; raises what boto3 raises if that is not possible."""
    # A service on its own computer does not have these libraries.
    from retina.storage.s3 import client

    payload = json.dumps({"source": SOURCE, "account": account})
    client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=payload)
