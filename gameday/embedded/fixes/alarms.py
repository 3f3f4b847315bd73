"""Alarms look at their own metric, in its dimensions, and at missing data as they are told to.

The emulator mixes all dimensions of a metric, ignores TreatMissingData and DatapointsToAlarm,
looks only when a metric arrives, and publishes to any topic. Here alarms are also looked at when
they are described, so that what ended a while ago is over, and a topic's policy has to admit them.
A period's points are those of the time before now, not of the minute or day on the clock.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

from collections.abc import Callable
from itertools import takewhile
from typing import Any

from gameday.embedded import clock
from gameday.embedded.fixes.patching import Patch

FIX = "alarms"

BREACHES: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}

ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")

Point = dict[str, Any]


def apply() -> None:
    from ministack.services import cloudwatch

    patch = Patch(FIX)
    patch.replace(cloudwatch, "_evaluate_alarm", "a0b0acd3d432", evaluate)
    patch.wrap(cloudwatch, "_describe_alarms", "ab8f092ff9ae", _looking_first)
    patch.wrap(cloudwatch, "_dispatch_alarm_actions", "fcf47c0d1e6e", _where_admitted)


def evaluate(alarm: dict[str, Any]) -> None:
    """Look at the alarm's metric, and set its state when that has changed."""
    from ministack.services import cloudwatch

    dimensions = cloudwatch._dims_from_list(alarm.get("Dimensions") or [])
    key = (alarm["Namespace"], alarm["MetricName"], cloudwatch._dims_key(dimensions))
    state = state_of(alarm, _looked_at(alarm, cloudwatch._metrics.get(key) or []), clock.time())
    before = alarm["StateValue"]
    if state is None or state == before:
        return
    reason = f"{alarm['MetricName']} {alarm['ComparisonOperator']} {alarm['Threshold']}: {state}"
    alarm["StateValue"] = state
    alarm["StateReason"] = reason
    alarm["StateUpdatedTimestamp"] = int(clock.time())
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


def _looked_at(alarm: dict[str, Any], points: list[Point]) -> list[Point]:
    """The newest points, which stand at the end; of a season there are thousands before."""
    since = clock.time() - alarm["Period"] * alarm["EvaluationPeriods"]
    return list(takewhile(lambda one: one["Timestamp"] > since, reversed(points)))


def _where_admitted(original: Callable) -> Callable:
    """Leave out topics whose policy does not let CloudWatch publish for the alarm.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    """

    def dispatch_alarm_actions(alarm: dict[str, Any], before: str, state: str, reason: str) -> None:
        from ministack.core.responses import get_account_id
        from ministack.services import cloudwatch, sns

        def is_admitted(action: str) -> bool:
            return not cloudwatch._is_sns_action_arn(action) or sns.topic_policy_allows(
                action, "cloudwatch.amazonaws.com", alarm["AlarmArn"], get_account_id()
            )

        admitted = {
            name: [one for one in alarm.get(name) or [] if is_admitted(one)] for name in ACTIONS
        }
        original(alarm | admitted, before, state, reason)

    return dispatch_alarm_actions


def _looking_first(original: Callable) -> Callable:
    def describe_alarms(*arguments: Any, **named: Any) -> Any:
        from ministack.services import cloudwatch

        cloudwatch._evaluate_all_alarms()
        return original(*arguments, **named)

    return describe_alarms
