"""EventBridge Scheduler: time zones, context attributes, roles, and time that can be let pass.

The emulator reads every schedule as UTC, passes `<aws.scheduler.…>` on literally, asks no role,
and takes expressions that never fire. Here schedules fire only through `pass_time`; scheduled
rules of EventBridge do not fire at all.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
"""

import functools
import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gameday.embedded.fixes import roles
from gameday.embedded.fixes.patching import Patch

FIX = "schedules"

SCHEDULER = "scheduler.amazonaws.com"

SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

# Lowest and highest value, and names of the values, of each field of a cron expression.
CRON_FIELDS = (
    (0, 59, ()),
    (0, 23, ()),
    (1, 31, ()),
    (1, 12, MONTHS),
    (1, 7, DAYS),
    (1970, 2199, ()),
)

PROPERTIES = (
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "FlexibleTimeWindow",
    "Target",
    "GroupName",
    "State",
    "Description",
    "StartDate",
    "EndDate",
    "KmsKeyArn",
)


class InvalidSchedule(ValueError):
    """A schedule that AWS refuses, or that would never fire."""


@dataclass(frozen=True)
class Firing:
    """One time at which a schedule fired.

    `time` is when it was due, in UTC. `execution_arn` is the execution it started, if its target
    is a state machine; `error` is why the target was not reached.
    """

    schedule: str
    time: datetime
    target: str
    input: str
    execution_arn: str | None = None
    error: str | None = None


def apply() -> None:
    from ministack.services import scheduler
    from ministack.services.cloudformation import provisioners

    patch = Patch(FIX)
    patch.wrap(scheduler, "_create_schedule", "5b205607c15c", _validated)
    patch.wrap(scheduler, "_update_schedule", "93f7fec4f7d8", _validated)
    patch.replace(provisioners, "_scheduler_schedule_create", "76f27cf333eb", _provision)
    patch.replace(provisioners, "_scheduler_schedule_update", "70e0243c9de1", _reprovision)
    provisioners._RESOURCE_HANDLERS["AWS::Scheduler::Schedule"].update(
        create=_provision, update=_reprovision
    )


def pass_time(after: datetime, until: datetime) -> list[Firing]:
    """Fire every enabled schedule that is due after one time and until another, in order."""
    from ministack.core import responses
    from ministack.services import scheduler

    due = [
        (time, key, schedule)
        for key, schedule in list(scheduler._schedules._data.items())
        if schedule["State"] == "ENABLED"
        for time in occurrences(schedule, after, until)
    ]
    firings = []
    for time, (account, region, name), schedule in sorted(due, key=lambda entry: entry[:2]):
        responses.set_request_account_id(account)
        responses.set_request_region(region)
        firings.append(_fire(schedule, time))
        one_time = AT.fullmatch(schedule["ScheduleExpression"])
        if one_time and schedule["ActionAfterCompletion"] == "DELETE":
            scheduler._schedules.pop(name, None)
    return firings


def occurrences(schedule: dict[str, Any], after: datetime, until: datetime) -> Iterator[datetime]:
    """When the schedule is due after one time and until another, in UTC."""
    start, end = _instant(schedule.get("StartDate")), _instant(schedule.get("EndDate"))
    for time in _due(schedule, start, after.astimezone(UTC), until.astimezone(UTC)):
        if (start is None or time >= start) and (end is None or time <= end):
            yield time


def _due(
    schedule: dict[str, Any], start: datetime | None, after: datetime, until: datetime
) -> Iterator[datetime]:
    expression = schedule["ScheduleExpression"]
    zone = ZoneInfo(schedule["ScheduleExpressionTimezone"])
    if match := AT.fullmatch(expression):
        time = datetime.fromisoformat(match[1]).replace(tzinfo=zone).astimezone(UTC)
        if after < time <= until:
            yield time
    elif match := RATE.fullmatch(expression):
        interval = timedelta(seconds=int(match[1]) * SECONDS[match[2]])
        first = start or _instant(schedule["CreationDate"])
        time = first + max(0, (after - first) // interval + 1) * interval
        while time <= until:
            yield time
            time += interval
    else:
        yield from _cron(expression, zone, after, until)


def _cron(expression: str, zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[datetime]:
    """The times of a cron expression, matched on the clock on the wall of its time zone.

    A time that the clock skips in spring is not due; one that it repeats in autumn is due once.
    """
    from ministack.services import eventbridge

    fields = eventbridge._parse_cron_fields(expression)
    # A day earlier, because the wall clock may be set back in between.
    wall = after.astimezone(zone).replace(tzinfo=UTC) - timedelta(days=1)
    while (wall := eventbridge._cron_next_fire(fields, wall)) is not None:
        local = wall.replace(tzinfo=zone)
        time = local.astimezone(UTC)
        if time > until:
            return
        exists = time.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)
        if time > after and exists:
            yield time


def validate(schedule: dict[str, Any]) -> None:
    """Refuse a schedule whose expression, time zone or role AWS would not take.

    Raises:
        InvalidSchedule: saying what is wrong.
    """
    from ministack.services import eventbridge

    expression = schedule.get("ScheduleExpression", "")
    zone = schedule.get("ScheduleExpressionTimezone", "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidSchedule(f"Invalid Schedule Expression Timezone {zone}.") from error
    if not (AT.fullmatch(expression) or RATE.fullmatch(expression)):
        if eventbridge._parse_cron_fields(expression) is None:
            raise InvalidSchedule(f"Invalid Schedule Expression {expression}.")
        for text, limits in zip(expression[5:-1].split(), CRON_FIELDS, strict=True):
            _validate_field(expression, text, *limits)
    target = schedule.get("Target", {})
    if target.get("RoleArn") and not roles.trusts(target["RoleArn"], SCHEDULER, _group(schedule)):
        raise InvalidSchedule(
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
        )


def _validate_field(
    expression: str, text: str, lowest: int, highest: int, names: tuple[str, ...]
) -> None:
    """Refuse values that do not exist, and ranges that run backwards: they never fire."""
    for part in re.split("[,/]", text.upper()):
        ends = [
            names.index(end) + lowest if end in names else int(end)
            for end in re.findall(r"\d+|[A-Z]{3}", part.partition("#")[0])
        ]
        beyond = any(not lowest <= end <= highest for end in ends) and "/" not in text
        if beyond or ends != sorted(ends):
            raise InvalidSchedule(f"Invalid Schedule Expression {expression}: {part}.")


def _fire(schedule: dict[str, Any], time: datetime) -> Firing:
    target = schedule["Target"]
    text = _substituted(target.get("Input") or _notification(schedule, time), schedule, time)
    report = functools.partial(Firing, schedule["Name"], time, target["Arn"], text)
    service = target["Arn"].split(":")[2]
    if service not in TARGETS:
        return report(error=f"targets of {service} are not reached from here")
    action, deliver = TARGETS[service]
    source = {"aws:SourceArn": _group(schedule)}
    reason = roles.denial(target["RoleArn"], action, target["Arn"], SCHEDULER, source)
    firing = report(error=reason) if reason else deliver(target["Arn"], text, report)
    if firing.error and "DeadLetterConfig" in target:
        _keep_undelivered(firing, target, source)
    return firing


def _keep_undelivered(firing: Firing, target: dict[str, Any], source: dict[str, str]) -> None:
    """Send what was not delivered to the target's dead-letter queue, if its role may.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
    """
    from ministack.core import iam_evaluator
    from ministack.services import cloudwatch, sqs

    arn = target["DeadLetterConfig"]["Arn"]
    queue = sqs._queue_by_arn(arn)
    if queue is None or roles.denial(target["RoleArn"], "sqs:SendMessage", arn, SCHEDULER, source):
        return
    facts = {"ERROR_MESSAGE": firing.error, "TARGET_ARN": firing.target}
    attributes = {
        name: {"DataType": "String", "StringValue": value} for name, value in facts.items()
    }
    message = {"MessageBody": firing.input, "MessageAttributes": attributes}
    iam_evaluator.pin_request_origin("127.0.0.1", True)  # as services call each other
    sqs._act_send_message(message, queue["url"])
    cloudwatch._evaluate_all_alarms()


def _start(arn: str, text: str, report: Callable[..., Firing]) -> Firing:
    from ministack.services import stepfunctions

    status, _, body = stepfunctions._start_execution({"stateMachineArn": arn, "input": text})
    answer = json.loads(body)
    if status >= 400:
        return report(error=f"{answer['__type']}: {answer['message']}")
    return report(execution_arn=answer["executionArn"])


def _invoke(arn: str, text: str, report: Callable[..., Firing]) -> Firing:
    from ministack.services import eventbridge

    eventbridge._dispatch_to_lambda(arn, text)
    return report()


TARGETS = {
    "lambda": ("lambda:InvokeFunction", _invoke),
    "states": ("states:StartExecution", _start),
}


def _substituted(text: str, schedule: dict[str, Any], time: datetime) -> str:
    for name, value in (
        ("schedule-arn", schedule["Arn"]),
        ("scheduled-time", _iso(time)),
        ("execution-id", uuid.uuid4().hex[:16]),
        ("attempt-number", "1"),
    ):
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text


def _notification(schedule: dict[str, Any], time: datetime) -> str:
    """What a target without an input of its own receives."""
    _, _, _, region, account, _ = schedule["Arn"].split(":", 5)
    return json.dumps(
        {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": account,
            "time": _iso(time),
            "region": region,
            "resources": [schedule["Arn"]],
            "detail": "{}",
        }
    )


def _validated(original: Callable) -> Callable:
    def store(name: str, request: dict[str, Any]) -> tuple[int, dict, bytes]:
        from ministack.services import scheduler

        try:
            validate(request)
        except InvalidSchedule as error:
            return scheduler._error(400, "ValidationException", str(error))
        return original(name, request)

    return store


def _provision(
    logical_id: str, properties: dict[str, Any], stack: str
) -> tuple[str, dict[str, str]]:
    from ministack.services import scheduler
    from ministack.services.cloudformation import provisioners

    name = properties.get("Name")
    if name is None:
        name = provisioners._physical_name(stack, logical_id, max_len=64)
        # A process killed while it deployed may leave one, which AWS would have named otherwise.
        scheduler._schedules.pop(f"{properties.get('GroupName', 'default')}/{name}", None)
    return _stored(scheduler._create_schedule, name, properties)


def _reprovision(
    name: str, old: dict[str, Any], new: dict[str, Any], stack: str
) -> tuple[str, dict[str, str]]:
    from ministack.services import scheduler

    if new.get("Name", name) != name:
        return _provision(name, new, stack)
    return _stored(scheduler._update_schedule, name, new)


def _stored(
    store: Callable[[str, dict], tuple[int, dict, bytes]], name: str, properties: dict[str, Any]
) -> tuple[str, dict[str, str]]:
    request = {key: properties[key] for key in PROPERTIES if key in properties}
    status, _, body = store(name, request)
    answer = json.loads(body)
    if status >= 400:
        raise ValueError(f"AWS::Scheduler::Schedule: {answer['Message']}")
    return name, {"Arn": answer["ScheduleArn"]}


def _group(schedule: dict[str, Any]) -> str:
    """The ARN of the schedule's group: the source that trust policies know."""
    from ministack.services import scheduler

    return scheduler._group_arn(schedule.get("GroupName", "default"))


def _instant(value: float | str | None) -> datetime | None:
    from ministack.services import scheduler

    seconds = scheduler._to_epoch(value)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _iso(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
