"""The job queue behind one `port`: embedded (`sqlite`) or in AWS (`sqs`)."""

from retina.queue.port import Queue
from retina.queue.sqlite import LocalQueue
from retina.queue.sqs import SqsQueue
from retina.settings import Settings
from retina.storage import open_database
from retina.storage.s3 import client


def open_queue(settings: Settings) -> Queue:
    """The queue that the settings select."""
    if settings.queue_url:
        return SqsQueue(client("sqs"), settings.queue_url, settings.lease_seconds)
    return LocalQueue(open_database(settings), settings.lease_seconds)
