"""One screen for a season: what is kept, what it took, and what wants a person."""

from collections.abc import Sequence

from aws_cdk import Arn, ArnComponents, ArnFormat, Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.alarms import DAY, NAMESPACE, watched

WIDE, THIRD = 24, 8  # columns; there are 24
LOW, HIGH = 3, 6  # rows

SEASON = {
    "The season so far": ("DaysKept", "DaysOpen", "GamesKept", "GamesWaiting", "GamesMissing")
}
WORRIES = {
    "Wants a person unless it is 0": (
        *("RunsMissed", "DaysWithoutClip", "BackupBehindDays", "QuotaStops"),
    )
}
MONTH = {
    "Today's calls, and this month": (
        *("CallsLeft", "MinutesTranscoded", "GigabytesStored", "TranscodingDollars"),
    )
}
OUTCOMES = ("Playable", "LinkOnly", "Unavailable", "Failed")
SIX_HOURS = Duration.hours(6)  # as often as the watch looks


class SeasonDashboard(Construct):
    """alarms: the names of all. machines: those whose executions are shown, by what they are called."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        alarms: Sequence[str],
        machines: dict[str, sfn.IStateMachine],
    ):
        super().__init__(scope, id_)
        # Dashboards are the account's, whatever their region, and it may have a vault in another.
        board = cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=f"GameDay-{Stack.of(self).region}",
            default_interval=Duration.days(30),
        )
        for titles in (SEASON, {**WORRIES, **MONTH}):
            width = WIDE // len(titles)
            board.add_widgets(*(_last(title, names, width) for title, names in titles.items()))
        board.add_widgets(
            cloudwatch.GraphWidget(
                title="Clips by outcome",
                left=[_of_runs(f"Highlights{outcome}") for outcome in OUTCOMES],
                stacked=True,
                width=THIRD,
                height=HIGH,
            ),
            cloudwatch.GraphWidget(
                title="How long it took",
                left=[
                    machine.metric_time(period=DAY, statistic="Maximum", label=name)
                    for name, machine in machines.items()
                ],
                width=THIRD,
                height=HIGH,
            ),
            cloudwatch.GraphWidget(
                title="Backups and drills",
                left=[
                    watched("BackupBehindDays", period=SIX_HOURS),
                    cloudwatch.Metric(
                        namespace=NAMESPACE,
                        metric_name="DaysSinceGoodDrill",
                        dimensions_map={"service": "drill"},
                        period=DAY,
                        statistic="Minimum",
                    ),
                ],
                right=[_of_runs("BackupsCreated")],
                width=THIRD,
                height=HIGH,
            ),
        )
        board.add_widgets(
            cloudwatch.AlarmStatusWidget(
                title="Alarms",
                alarms=[self._named(name, number) for number, name in enumerate(alarms)],
                width=WIDE,
                height=HIGH,
            )
        )

    def _named(self, name: str, number: int) -> cloudwatch.IAlarm:
        """By its name, since a stack that uses another's alarm keeps that from being removed."""
        arn = Arn.format(
            ArnComponents(
                service="cloudwatch",
                resource="alarm",
                resource_name=name,
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            ),
            Stack.of(self),
        )
        return cloudwatch.Alarm.from_alarm_arn(self, f"Alarm{number}", arn)


def _last(title: str, names: Sequence[str], width: int) -> cloudwatch.SingleValueWidget:
    """What the watch said last."""
    return cloudwatch.SingleValueWidget(
        title=title,
        metrics=[watched(name, period=SIX_HOURS) for name in names],
        width=width,
        height=LOW,
    )


def _of_runs(name: str) -> cloudwatch.Metric:
    """A count of all runs of a day."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        dimensions_map={"service": "pipeline"},
        period=DAY,
        statistic="Sum",
    )
