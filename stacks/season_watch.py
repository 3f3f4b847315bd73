"""The watch over a season: a function that looks several times a day, and alarms on what it says.

docs/decisions/0014-being-told.md
"""

import json
from collections.abc import Iterable

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

from stacks.acknowledge import acknowledge_wildcards, executions_of
from stacks.alarms import (
    ABOVE,
    BELOW,
    HOUR,
    HOURS_OF_A_DAY,
    MINUTE,
    Alarms,
    Missing,
    watched,
)
from stacks.functions import function
from stacks.game_days import MONTHS, WEEKDAYS, CronFields
from stacks.grants import Grants, invoked_versions
from stacks.notices import caught_by
from stacks.settings import Settings
from stacks.storage import StorageStack

# A rate begins as soon as it is deployed, so the alarms have data at once; and whatever the hour of
# the looks, one of the watch's comes a few hours after them.
WATCHED_EVERY = Duration.hours(6)

# Every look backs up what is new, so two days are a morning and the next one.
LONGEST_BEHIND = 2  # days


def watch_season(
    stack: Stack,
    code: lambda_.Code,
    *,
    storage: StorageStack,
    settings: Settings,
    look_back: sfn.StateMachine,
    looks: Iterable[CronFields],
) -> lambda_.Function:
    """CheckSeason, and the schedule that calls it all year: backups can be lost in summer too.

    looks: when LookBack is due, for each of the leagues.
    """
    check = function(
        stack,
        "CheckSeason",
        code,
        seconds=300,
        log_retention_days=settings.log_retention_days,
        environment={
            "TABLE_NAME": storage.highlights.table_name,
            "SEASON_TABLE": storage.season.table_name,
            "LOOK_BACK_ARN": look_back.state_machine_arn,
            "LEAGUES": ",".join(settings.leagues),
            "LOOKS": json.dumps([_as_json(look) for look in looks], separators=(",", ":")),
            "SCHEDULES": f"{stack.stack_name}-",
            "MONTHS": ",".join(str(MONTHS.index(one) + 1) for one in settings.season_months),
            "TIME_ZONE": settings.time_zone,
            "PROVIDER_CALLS_PER_DAY": str(settings.provider_calls_per_day),
            "POWERTOOLS_SERVICE_NAME": "game-day-vault",
        },
    )
    grants = Grants(storage)
    grants.use_season(check, "dynamodb:GetItem", "dynamodb:Query")
    grants.use_table(check, "dynamodb:Scan")
    grants.use_backups(check)
    look_back.grant(check, "states:ListExecutions")
    look_back.grant_execution(check, "states:DescribeExecution")
    check.add_to_role_policy(
        iam.PolicyStatement(actions=["scheduler:ListSchedules"], resources=["*"])
    )
    executions = executions_of(stack, stack.resolve(look_back.state_machine_arn))
    acknowledge_wildcards(
        check.role,
        "Executions get their names when they start, and each is read in its turn.",
        f"Resource::{executions}:*",
    )
    _call_all_year(stack, check, storage)
    return check


def alarm_on_season(
    alarms: Alarms, check: lambda_.IFunction, undelivered: sqs.IQueue, settings: Settings
) -> None:
    """What only somebody who looks from outside can say; and that nobody looks any more."""
    days = settings.longest_without_clip_days
    alarms.on_last_look(
        "LookMissed",
        "A look did not start",
        "A schedule was due, and no look at its league began.",
        "RunsMissed",
    )
    # A queue that nobody touches reports for six hours alone, with messages in it or without.
    alarms.add(
        "Undelivered",
        "A schedule reached no target",
        "What a schedule asked for was not done, and waits in the dead-letter queue.",
        undelivered.metric_approximate_number_of_messages_visible(
            period=MINUTE, statistic="Maximum"
        ),
        missing=Missing.IGNORE,
    )
    alarms.on_last_look(
        "OutOfCalls",
        "The provider's calls are used up",
        "A request to the provider was held back in the last day, or refused.",
        "QuotaStops",
    )
    alarms.on_last_look(
        "NoClip",
        "No clip for too long",
        f"Games were played on {days} game days or more, and no clip was kept since.",
        "DaysWithoutClip",
        threshold=days,
    )
    alarms.on_last_look(
        "BackupBehind",
        "The backup is behind",
        f"Something that is kept has been in no backup for more than {LONGEST_BEHIND} days.",
        "BackupBehindDays",
        threshold=LONGEST_BEHIND,
        when=ABOVE,
    )
    alarms.on_errors(
        check, "WatchFailed", "The watch failed", "CheckSeason could not look at the season."
    )
    alarms.add(
        "WatchMissing",
        "The watch is missing",
        "For a day nobody looked whether looks start, clips come and backups are made.",
        watched("RunsMissed", statistic="SampleCount", period=HOUR),
        periods=HOURS_OF_A_DAY,
        missing=Missing.BREACHING,
        when=BELOW,
    )


def _as_json(fields: CronFields) -> dict[str, object]:
    months = MONTHS if fields.month == "*" else fields.month.split(",")
    return {
        "at": f"{int(fields.hour):02}:{int(fields.minute):02}",
        "weekdays": [WEEKDAYS.index(day) for day in fields.week_day.split(",")],
        "months": [MONTHS.index(month) + 1 for month in months],
    }


def _call_all_year(stack: Stack, check: lambda_.Function, storage: StorageStack) -> None:
    role = iam.Role(
        stack,
        "WatchSchedulerRole",
        assumed_by=iam.ServicePrincipal(
            "scheduler.amazonaws.com",
            conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
        ),
    )
    scheduler.Schedule(
        stack,
        "Watch",
        description="Looks whether looks start, clips come and backups are made",
        schedule=scheduler.ScheduleExpression.rate(WATCHED_EVERY),
        target=targets.LambdaInvoke(
            check,
            role=role,
            input=scheduler.ScheduleTargetInput.from_object({}),
            **caught_by(storage.undelivered),
        ),
    )
    acknowledge_wildcards(
        role,
        "The CDK's invoke grant covers the versions of a function.",
        *invoked_versions(stack, [check]),
    )
