"""Alarms: each tells the topic when it goes off and when it is over, and names what to do.

An alarm's name and its section of the runbook are the same words, so that a mail's subject is what
to look up. docs/decisions/0014-being-told.md
"""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

RUNBOOK = "docs/runbook.md"
NAMESPACE = "GameDayVault"
PREFIX = "GameDay - "
DAY = Duration.days(1)
HOUR = Duration.hours(1)
MINUTE = Duration.minutes(1)
# A day, in hours. CloudWatch looks for points further back than an alarm's periods, so that with one
# period of a day silence is noticed after three days or four, and what is over stands as long.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
HOURS_OF_A_DAY = 24
# What is alarmed by silence is silent when it is deployed: its first point may come half a day later.
WARM_UP = Duration.hours(13)

AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
BELOW = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
Missing = cloudwatch.TreatMissingData


class Alarms(Construct):
    """The alarms of one stack, which act on `topic`. names: of all of them, as CloudWatch has them."""

    def __init__(self, scope: Construct, id_: str, *, topic: sns.ITopic):
        super().__init__(scope, id_)
        self._action = actions.SnsAction(topic)
        self.names: list[str] = []

    def add(
        self,
        id_: str,
        section: str,
        what: str,
        metric: cloudwatch.IMetric,
        *,
        periods: int = 1,
        threshold: float = 1,
        when: cloudwatch.ComparisonOperator = AT_LEAST,
        missing: cloudwatch.TreatMissingData = Missing.NOT_BREACHING,
    ) -> None:
        """An alarm on any of the last `periods` of `metric`; on all, where silence alarms.

        what: a sentence or two for who gets the mail.
        """
        alarm = cloudwatch.Alarm(
            self,
            id_,
            alarm_name=f"{PREFIX}{section}",
            alarm_description=f'{what} {RUNBOOK}, "{section}".',
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            datapoints_to_alarm=periods if missing is Missing.BREACHING else 1,
            comparison_operator=when,
            treat_missing_data=missing,
        )
        if missing is Missing.BREACHING:
            # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-warm-up.html
            alarm.node.default_child.warm_up_configuration = (
                cloudwatch.CfnAlarm.WarmUpConfigurationProperty(
                    warm_up_period_duration_in_minutes=WARM_UP.to_minutes()
                )
            )
        alarm.add_alarm_action(self._action)
        alarm.add_ok_action(self._action)
        self.names.append(f"{PREFIX}{section}")

    def on_executions(
        self, machine: sfn.StateMachine, id_: str, who: str, failed: str, *, stopped: bool = True
    ) -> None:
        """One for each way in which an execution of `machine` ends badly; over a day later.

        who: as `A run`. failed: what to make of one that failed. stopped: whether one that was
        stopped ended badly.
        """
        ended_by_itself = "It was ended by its own time limit."
        ends = [
            ("Failed", "failed", failed, machine.metric_failed),
            ("TimedOut", "timed out", ended_by_itself, machine.metric_timed_out),
        ]
        if stopped:
            ends.append(("Aborted", "was aborted", "Somebody stopped it.", machine.metric_aborted))
        for how, words, what, of_kind in ends:
            metric = of_kind(period=HOUR, statistic="Sum")
            text = f"{who} {words}. {what}"
            self.add(f"{id_}{how}", f"{who} {words}", text, metric, periods=HOURS_OF_A_DAY)

    def on_errors(self, function: lambda_.IFunction, id_: str, section: str, what: str) -> None:
        """One on every call of `function` that failed; over a day later."""
        metric = function.metric_errors(period=HOUR, statistic="Sum")
        self.add(id_, section, what, metric, periods=HOURS_OF_A_DAY)

    def on_last_look(
        self,
        id_: str,
        section: str,
        what: str,
        name: str,
        *,
        threshold: float = 1,
        when: cloudwatch.ComparisonOperator = AT_LEAST,
    ) -> None:
        """One on what the watch said last of the metric `name`; it stays until the watch says else."""
        self.add(
            id_,
            section,
            what,
            watched(name),
            threshold=threshold,
            when=when,
            missing=Missing.IGNORE,
        )


def watched(name: str, statistic: str = "Maximum", period: Duration = MINUTE) -> cloudwatch.Metric:
    """A metric of the watch over the season, `lambdas/check_season.py`."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        dimensions_map={"service": "season"},
        period=period,
        statistic=statistic,
    )
