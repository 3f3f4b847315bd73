"""Queues report how many messages wait in them, whenever alarms are looked at.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from collections.abc import Callable

from gameday.embedded import clock
from gameday.embedded.fixes.patching import Patch

FIX = "queue_metrics"

NAMESPACE = "AWS/SQS"
WAITING = "ApproximateNumberOfMessagesVisible"
REPORTED_EVERY = 60  # seconds, while nothing changes


def apply() -> None:
    from ministack.services import cloudwatch

    Patch(FIX).wrap(cloudwatch, "_evaluate_all_alarms", "f83f88e57f1c", _reported_first)


def _reported_first(original: Callable[[], None]) -> Callable[[], None]:
    def evaluate_all_alarms() -> None:
        report()
        original()

    return evaluate_all_alarms


def report() -> None:
    """Record the messages that wait in each queue, unless that was just done."""
    from ministack.services import cloudwatch, sqs

    for queue in list(sqs._queues.values()):
        sqs._refresh_counts(queue)
        waiting = float(queue["attributes"]["ApproximateNumberOfMessages"])
        dimensions = {"QueueName": queue["name"]}
        key = (NAMESPACE, WAITING, cloudwatch._dims_key(dimensions))
        last = (cloudwatch._metrics.get(key) or [None])[-1]
        since = clock.time() - REPORTED_EVERY
        if last is None or last["Value"] != waiting or last["Timestamp"] <= since:
            cloudwatch.record_metric(NAMESPACE, WAITING, waiting, "Count", dimensions)
