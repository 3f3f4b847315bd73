"""What schedules have in common: how their times are written, and as whom they call functions."""

from collections.abc import Sequence

from aws_cdk import Stack, TimeZone
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler

from stacks.acknowledge import acknowledge_wildcards
from stacks.grants import invoked_versions


def cron_in(time_zone: str, **fields: str) -> scheduler.ScheduleExpression:
    """A cron expression by the clock of `time_zone`.

    fields: minute, hour, day, month and week_day; those left out are every one.
    """
    return scheduler.ScheduleExpression.cron(**fields, time_zone=TimeZone.of(time_zone))


def caller_role(stack: Stack, id_: str, functions: Sequence[lambda_.Function]) -> iam.Role:
    """The role as which schedules of this account alone call `functions`."""
    role = iam.Role(
        stack,
        id_,
        assumed_by=iam.ServicePrincipal(
            "scheduler.amazonaws.com",
            conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
        ),
    )
    acknowledge_wildcards(
        role,
        "The CDK's invoke grant covers the versions of a function.",
        *invoked_versions(stack, list(functions)),
    )
    return role
