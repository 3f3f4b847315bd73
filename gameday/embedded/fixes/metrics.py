"""Metrics that a function prints in the embedded metric format reach CloudWatch.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

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
    from ministack.services import lambda_svc

    Patch(FIX).wrap(lambda_svc, "_emit_lambda_logs", "111efbf06968", _measured)


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
        function: dict, request_id: str, log: str, *arguments: Any, **named: Any
    ) -> None:
        from ministack.services import cloudwatch

        original(function, request_id, log, *arguments, **named)
        found = [one for line in (log or "").splitlines() for one in measurements(line)]
        for measurement in found:
            cloudwatch.record_metric(*measurement)
        if found:
            cloudwatch._evaluate_all_alarms()

    return emit_lambda_logs
