"""Alarms on the drill: one for each way in which it can fail, and one for when it was too long ago."""

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_stepfunctions as sfn

from stacks.alarms import ABOVE, HOUR, HOURS_OF_A_DAY, NAMESPACE, Alarms, Missing
from stacks.settings import Settings


def alarm_on_drills(alarms: Alarms, state_machine: sfn.StateMachine, settings: Settings) -> None:
    """The smallest age of a day counts, so that one good drill ends the alarm on it at once."""
    alarms.on_executions(
        state_machine,
        "Drill",
        "A drill",
        "It found a difference or could not finish. Read the newest record under drills/ in the "
        "archive.",
    )
    if settings.drill_schedule == "off":
        return
    days = settings.longest_without_drill_days
    alarms.add(
        "NoGoodDrill",
        "No good drill for too long",
        f"The last good drill is more than {days} days ago, or nobody measures it. Start one: "
        "gameday drill --aws.",
        cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name="DaysSinceGoodDrill",
            dimensions_map={"service": "drill"},
            period=HOUR,
            statistic="Minimum",
        ),
        periods=HOURS_OF_A_DAY,
        threshold=days,
        when=ABOVE,
        missing=Missing.BREACHING,
    )
