"""The Lambda entry points, and the metrics for CloudWatch, which are embedded in the log."""

import logging
import warnings
from contextlib import nullcontext
from functools import cache
from typing import Any

from aws_lambda_powertools import Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES

from retina import events
from retina.api.problems import MEDIA_TYPE
from retina.app import create_app
from retina.jobs.arrivals import enqueue
from retina.jobs.work import Work
from retina.queue.sqs import SqsQueue, from_s3, keys_of

NAMESPACE, SERVICE = "Retina", "retina"
EXPORT_SECONDS = 100
"""How long to work on an export: the function's timeout is 150 s, and the last photograph may take some of it."""

log = logging.getLogger("retina")

warnings.filterwarnings("ignore", "No application metrics to publish")
_metrics = Metrics(namespace=NAMESPACE, service=SERVICE)
_app = create_app()
_application = Mangum(_app, lifespan="off", text_mime_types=[*DEFAULT_TEXT_MIME_TYPES, MEDIA_TYPE])
_queue = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


@cache
def _work() -> Work:
    return Work(_app.state.services, _app.state.network, export_seconds=EXPORT_SECONDS)


class _Embedded(logging.Handler):
    """Turns the service's events into metrics."""

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = vars(record)
        if record.msg == "predicted":
            _metrics.add_metric("Predictions", MetricUnit.Count, 1)
            _metrics.add_metric("ModelMilliseconds", MetricUnit.Milliseconds, fields["milliseconds"])
        else:
            with single_metric("Rejections", MetricUnit.Count, 1, namespace=NAMESPACE) as metric:
                metric.add_dimension("service", SERVICE)
                metric.add_dimension("code", fields["code"])


events.log.setLevel(logging.INFO)
events.log.addHandler(_Embedded())
events.log.propagate = False


@_metrics.log_metrics(capture_cold_start_metric=True)
def api(event: dict[str, Any], context: Any) -> Any:
    """Handle one request from the HTTP API."""
    return _application(event, context)


def _take(record: SQSRecord) -> None:
    attempt, failed = int(record.attributes.approximate_receive_count), []
    arrived = from_s3(record.body)
    for key in keys_of(record.body):
        try:
            if arrived:
                enqueue(_app.state.services, key)
            else:
                _work()(key, attempt)
        except Exception as error:  # whatever it was, the message stays in the queue or becomes a dead letter
            log.exception("%s failed, attempt %d", key, attempt)
            failed.append(error)
    if failed:
        raise ExceptionGroup("some jobs failed", failed)


def _hold(record: SQSRecord) -> None:
    attempt = int(record.attributes.approximate_receive_count)
    queue = _app.state.services.queue
    with queue.held(record.receipt_handle, attempt) if isinstance(queue, SqsQueue) else nullcontext():
        _take(record)


@_metrics.log_metrics(capture_cold_start_metric=True)
def worker(event: dict[str, Any], context: Any) -> Any:
    """Process messages from the queue; those that failed stay in it."""
    return process_partial_response(event, _hold, _queue, context)
