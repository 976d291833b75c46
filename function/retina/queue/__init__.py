"""Work that waits: embedded (`local`) or in AWS (`aws`), by the rules in `port`."""

from retina.queue.aws import SqsQueue
from retina.queue.local import LocalQueue
from retina.queue.port import Queue
from retina.settings import Settings
from retina.store import open_database
from retina.store.aws import client


def open_queue(settings: Settings) -> Queue:
    """Where jobs wait."""
    if settings.queue_url:
        return SqsQueue(client("sqs"), settings.queue_url)
    return LocalQueue(open_database(settings))
