"""Alarms look at their own metric, in its dimensions, and at missing data as they are told to.

The emulator mixes all dimensions of a metric, ignores TreatMissingData and DatapointsToAlarm, and
looks only when a metric arrives. Here alarms are also looked at when they are described, so that
what ended a while ago is over. A period's points are those of the time before now, not of the
minute or day on the clock.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

import time
from collections.abc import Callable
from typing import Any

from gameday.embedded.fixes.patching import Patch

FIX = "alarms"

BREACHES: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}

Point = dict[str, Any]


def apply() -> None:
    from ministack.services import cloudwatch

    patch = Patch(FIX)
    patch.replace(cloudwatch, "_evaluate_alarm", "a0b0acd3d432", evaluate)
    patch.wrap(cloudwatch, "_describe_alarms", "ab8f092ff9ae", _looking_first)


def evaluate(alarm: dict[str, Any]) -> None:
    """Look at the alarm's metric, and set its state when that has changed."""
    from ministack.services import cloudwatch

    dimensions = cloudwatch._dims_from_list(alarm.get("Dimensions") or [])
    key = (alarm["Namespace"], alarm["MetricName"], cloudwatch._dims_key(dimensions))
    state = state_of(alarm, list(cloudwatch._metrics.get(key) or []), time.time())
    before = alarm["StateValue"]
    if state is None or state == before:
        return
    reason = f"{alarm['MetricName']} {alarm['ComparisonOperator']} {alarm['Threshold']}: {state}"
    alarm["StateValue"] = state
    alarm["StateReason"] = reason
    alarm["StateUpdatedTimestamp"] = int(time.time())
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def state_of(alarm: dict[str, Any], points: list[Point], now: float) -> str | None:
    """The state that `points` put the alarm in, or None to leave it in the one it is in."""
    treat = alarm.get("TreatMissingData") or "missing"
    periods = [_breaches(alarm, points, now, back) for back in range(alarm["EvaluationPeriods"])]
    if all(one is None for one in periods) and treat in ("missing", "ignore"):
        return "INSUFFICIENT_DATA" if treat == "missing" else None
    filled = [treat == "breaching" if one is None else one for one in periods]
    needed = alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"]
    return "ALARM" if sum(filled) >= needed else "OK"


def _breaches(alarm: dict[str, Any], points: list[Point], now: float, back: int) -> bool | None:
    """Whether the period that ended `back` periods ago is beyond the threshold; None without data."""
    from ministack.services import cloudwatch

    end = now - back * alarm["Period"]
    inside = [one for one in points if end - alarm["Period"] < one["Timestamp"] <= end]
    if not inside:
        return None
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic", "Average")
    value = cloudwatch._stat_value(cloudwatch._calc_stats(inside), statistic, inside)
    return BREACHES[alarm["ComparisonOperator"]](value, alarm["Threshold"])


def _looking_first(original: Callable) -> Callable:
    def describe_alarms(*arguments: Any, **named: Any) -> Any:
        from ministack.services import cloudwatch

        cloudwatch._evaluate_all_alarms()
        return original(*arguments, **named)

    return describe_alarms
