"""Exports of the table to the bucket: what the function may do, and when it is called."""

from dataclasses import asdict
from datetime import time

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_sqs as sqs

from lambdas.highlights.export_layout import PREFIX
from stacks.acknowledge import acknowledge_wildcards
from stacks.game_days import WEEKDAYS, later, run_schedule
from stacks.grants import Grants
from stacks.notices import caught_by
from stacks.schedules import caller_role, cron_in
from stacks.settings import Settings
from stacks.storage import StorageStack

# Of a scheduled export; by then the day's runs have ended.
AFTER_RUN = 150  # minutes
WEEKLY_ON = "MON"


def let_export(storage: StorageStack, grants: Grants, function: lambda_.Function) -> None:
    """What ExportTableToPointInTime needs, and a scan where it is not to be had.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
    """
    table = storage.highlights
    grants.use_table(
        function,
        "dynamodb:DescribeTable",
        "dynamodb:ExportTableToPointInTime",
        "dynamodb:Scan",
    )
    function.add_to_role_policy(
        iam.PolicyStatement(
            actions=["dynamodb:DescribeExport"], resources=[f"{table.table_arn}/export/*"]
        )
    )
    function.add_to_role_policy(
        iam.PolicyStatement(actions=["dynamodb:ListExports"], resources=["*"])
    )
    acknowledge_wildcards(
        function.role,
        "An export gets its name from DynamoDB, and ListExports knows no resource to name.",
        f"Resource::{grants.highlights_arn}/export/*",
        "Resource::*",
    )
    # DynamoDB writes the files as the function's role, and names an ACL for each.
    grants.write(function.role, f"{PREFIX}/*")
    storage.archive.grant_put_acl(function.role, f"{PREFIX}/*")
    grants.read(function.role, f"{PREFIX}/*")


def schedule_exports(
    stack: Stack, settings: Settings, function: lambda_.Function, undelivered: sqs.IQueue
) -> None:
    """Call the function daily or weekly, in the months in which games are kept."""
    days = WEEKDAYS if settings.table_exports == "daily" else (WEEKLY_ON,)
    fields = run_schedule(days, settings.season_months, _export_time(settings.run_time), 0)
    scheduler.Schedule(
        stack,
        "TableExports",
        description=f"{settings.table_exports} export of the table",
        schedule=cron_in(settings.time_zone, **asdict(fields)),
        target=targets.LambdaInvoke(
            function,
            role=caller_role(stack, "ExportSchedulerRole", [function]),
            input=scheduler.ScheduleTargetInput.from_object(
                {
                    "asked_by": "schedule",
                    "asked_at": scheduler.ContextAttribute.scheduled_time,
                }
            ),
            **caught_by(undelivered),
        ),
    )


def _export_time(run_time: time) -> time:
    return later(run_time, AFTER_RUN)
