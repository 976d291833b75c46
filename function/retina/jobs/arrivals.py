"""What happens to a photograph of a batch once it has arrived: it waits among the jobs of its account."""

from retina.services import Services

NOBODY = "nobody"
"""The account of photographs whose batch is not there; a worker deletes them."""


def enqueue(services: Services, key: str) -> None:
    """Enqueue the uploaded photograph `key`, for example batch/6f1c.../7."""
    _, batch, _ = key.split("/")
    services.queue.put(key, account=services.claims.account(batch) or NOBODY)
