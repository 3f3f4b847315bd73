"""Functions are measured however they were called, and what they print as metrics is taken.

The emulator measures a function only when its API is called, and not when a state machine or a
schedule does; the embedded metric format is text to it; and what it measured itself it never forgets,
so that each saving of its state would take longer as a season passes.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from gameday.embedded import clock
from gameday.embedded.fixes.patching import Patch

FIX = "metrics"

MARK = '"_aws"'


class Measurement(NamedTuple):
    """One value of one metric, in one of its sets of dimensions."""

    namespace: str
    name: str
    value: float
    unit: str
    dimensions: dict[str, str]


def apply() -> None:
    from ministack.services import cloudwatch, lambda_svc

    patch = Patch(FIX)
    patch.wrap(lambda_svc, "_emit_lambda_logs", "111efbf06968", _measured)
    patch.wrap(lambda_svc, "_emit_lambda_metrics", "3b6689d77cf6", _throttles_alone)
    patch.wrap(cloudwatch, "record_metric", "7f777bfbe523", _forgetting)


def measurements(line: str) -> Iterator[Measurement]:
    """What a log line in the embedded metric format reports; nothing for any other line."""
    if MARK not in line:
        return
    try:
        document = json.loads(line)
    except ValueError:
        return
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for keys in directive.get("Dimensions") or [[]]:
            dimensions = {key: document[key] for key in keys}
            for metric in directive["Metrics"]:
                values = document[metric["Name"]]
                for value in values if isinstance(values, list) else [values]:
                    yield Measurement(
                        directive["Namespace"],
                        metric["Name"],
                        value,
                        metric.get("Unit", "None"),
                        dimensions,
                    )


def _measured(original: Callable) -> Callable:
    def emit_lambda_logs(
        function: dict, request_id: str, log: str, error: bool, duration_ms: float, **named: Any
    ) -> None:
        from ministack.services import cloudwatch

        original(function, request_id, log, error, duration_ms, **named)
        dimensions = {"FunctionName": (function.get("config") or function)["FunctionName"]}
        for name, value, unit in (
            ("Invocations", 1, "Count"),
            ("Errors", int(error), "Count"),
            ("Duration", duration_ms, "Milliseconds"),
        ):
            cloudwatch.record_metric("AWS/Lambda", name, value, unit, dimensions)
        found = [one for line in (log or "").splitlines() for one in measurements(line)]
        for measurement in found:
            cloudwatch.record_metric(*measurement)
        if found or error:
            cloudwatch._evaluate_all_alarms()

    return emit_lambda_logs


def _forgetting(original: Callable) -> Callable:
    """Keep the points of two weeks, as the emulator does of what it is told by PutMetricData."""

    def record_metric(
        namespace: str,
        name: str,
        value: float,
        unit: str = "None",
        dimensions: dict[str, str] | None = None,
    ) -> None:
        from ministack.services import cloudwatch

        original(namespace, name, value, unit, dimensions)
        points = cloudwatch._metrics[(namespace, name, cloudwatch._dims_key(dimensions or {}))]
        since = clock.time() - cloudwatch.TWO_WEEKS_SECONDS
        while points[0]["Timestamp"] < since:
            del points[0]

    return record_metric


def _throttles_alone(original: Callable) -> Callable:
    """All else is measured where every invocation passes."""

    def emit_lambda_metrics(
        function_name: str, duration_ms: float, error: bool, throttle: bool
    ) -> None:
        if throttle:
            original(function_name, duration_ms, error, throttle)

    return emit_lambda_metrics
