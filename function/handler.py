"""The Lambda entry points, and what CloudWatch is told of them: metrics embedded in the log."""

import logging
import warnings
from typing import Any

from aws_lambda_powertools import Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit
from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES

from retina import events
from retina.app import create_app
from retina.problems import MEDIA_TYPE

NAMESPACE, SERVICE = "Retina", "api"

warnings.filterwarnings("ignore", "No application metrics to publish")
_metrics = Metrics(namespace=NAMESPACE, service=SERVICE)
_application = Mangum(create_app(), lifespan="off", text_mime_types=[*DEFAULT_TEXT_MIME_TYPES, MEDIA_TYPE])


class _Embedded(logging.Handler):
    """Makes metrics of the service's events."""

    def emit(self, record: logging.LogRecord) -> None:
        told: dict[str, Any] = vars(record)
        if record.msg == "predicted":
            _metrics.add_metric("Predictions", MetricUnit.Count, 1)
            _metrics.add_metric("ModelMilliseconds", MetricUnit.Milliseconds, told["milliseconds"])
        else:
            with single_metric("Rejections", MetricUnit.Count, 1, namespace=NAMESPACE) as metric:
                metric.add_dimension("service", SERVICE)
                metric.add_dimension("code", told["code"])


events.log.setLevel(logging.INFO)
events.log.addHandler(_Embedded())
events.log.propagate = False


@_metrics.log_metrics(capture_cold_start_metric=True)
def api(event: dict[str, Any], context: Any) -> Any:
    """One request of the HTTP API."""
    return _application(event, context)
