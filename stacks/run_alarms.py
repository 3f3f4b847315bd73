"""Alarms on the runs of game days, and on what is done beside them."""

from collections.abc import Mapping

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn

from stacks.alarms import Alarms


def alarm_on_runs(
    alarms: Alarms, state_machine: sfn.StateMachine, functions: Mapping[str, lambda_.Function]
) -> None:
    """functions: those of the pipeline by name; an export has an alarm where there are exports."""
    alarms.on_executions(
        state_machine,
        "Run",
        "A run",
        "Its cause, in the execution's history, says of what and what to do; most of it is mended "
        "by the next morning's look.",
        # A look stops its runs when too many of them fail, and says so itself.
        stopped=False,
    )
    alarms.on_errors(
        functions["SendDigest"],
        "DigestNotSent",
        "A digest was not sent",
        "A game day is kept, and nobody was told.",
    )
    if "ExportTable" in functions:
        alarms.on_errors(
            functions["ExportTable"],
            "ExportFailed",
            "An export of the table failed",
            "The backups are not concerned.",
        )


def alarm_on_look_back(alarms: Alarms, state_machine: sfn.StateMachine) -> None:
    """A look fails when days of it fail for a reason that a person has to look at."""
    alarms.on_executions(
        state_machine,
        "LookBack",
        "A look back",
        "Its cause names the days that failed, and why; the next look tries them again.",
    )
