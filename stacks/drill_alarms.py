"""Alarms on the drill: one for each way in which it can fail, and one for when it was too long ago."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.settings import Settings

RUNBOOK = "docs/runbook.md"
DAY = Duration.days(1)


class DrillAlarms(Construct):
    """alarms: all of them; none has an action of its own."""

    def __init__(
        self, scope: Construct, id_: str, *, state_machine: sfn.StateMachine, settings: Settings
    ):
        super().__init__(scope, id_)
        ended = {
            "Failed": (state_machine.metric_failed, "found a difference or could not finish"),
            "TimedOut": (state_machine.metric_timed_out, "ran out of time"),
            "Aborted": (state_machine.metric_aborted, "was stopped"),
        }
        self.alarms = [
            cloudwatch.Alarm(
                self,
                f"Drill{how}",
                alarm_description=(
                    f"A drill {what}. Read the newest record under drills/ in the archive, and "
                    f'{RUNBOOK}, "A drill {_in_words(how)}".'
                ),
                metric=metric(period=DAY, statistic="Sum"),
                threshold=1,
                evaluation_periods=1,
                comparison_operator=(
                    cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
                ),
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            )
            for how, (metric, what) in ended.items()
        ]
        if settings.drill_schedule != "off":
            self.alarms.append(self._too_long_ago(settings.longest_without_drill_days))

    def _too_long_ago(self, days: int) -> cloudwatch.Alarm:
        """The smallest age of a day counts, so that one good drill ends the alarm at once."""
        return cloudwatch.Alarm(
            self,
            "NoGoodDrill",
            alarm_description=(
                f"The last good drill is more than {days} days ago, or nobody measures it. Start "
                f'one: gameday drill --aws. {RUNBOOK}, "No good drill for too long".'
            ),
            metric=cloudwatch.Metric(
                namespace="GameDayVault",
                metric_name="DaysSinceGoodDrill",
                dimensions_map={"service": "drill"},
                period=DAY,
                statistic="Minimum",
            ),
            threshold=days,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
        )


def _in_words(how: str) -> str:
    return {"Failed": "failed", "TimedOut": "timed out", "Aborted": "was aborted"}[how]
