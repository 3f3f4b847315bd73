"""What keeps a whole season by itself: the schedules, and looking back at what is still open."""

from collections.abc import Sequence
from pathlib import Path

from aws_cdk import CfnOutput, Stack, TimeZone
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from lambdas.highlights.keys import BACKFILLS
from lambdas.settings import CAP_SETTINGS
from stacks.acknowledge import acknowledge_wildcards, executions_of, exported
from stacks.alarms import Alarms
from stacks.budget import MonthlyBudget
from stacks.dashboard import SeasonDashboard
from stacks.functions import function, log_group
from stacks.game_days import MONTHS, WEEKDAYS, CronFields, later, look_schedule
from stacks.grants import Grants, invoked_versions
from stacks.look_back import LABEL, LONGEST_LOOK_BACK, look_back_workflow
from stacks.notices import caught_by
from stacks.pipeline import PipelineStack
from stacks.run_alarms import alarm_on_look_back
from stacks.season_watch import alarm_on_season, watch_season
from stacks.settings import Settings
from stacks.storage import StorageStack

WOMENS_LOOK_LATER = 30  # minutes, so that two looks seldom work on the same day at once


class SeasonStack(Stack):
    """Looks every morning at the days that are due, and at whole ranges when it is asked to.

    pipeline: whose state machine keeps one day. alarms: the names of the other stacks' alarms, for the
    dashboard. bundle: the folder with the functions' asset.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        storage: StorageStack,
        pipeline: PipelineStack,
        alarms: Sequence[str],
        settings: Settings,
        bundle: Path,
        **kwargs: object,
    ):
        super().__init__(scope, id_, **kwargs)
        # Without it a DistributedMap leaves out its ResultWriterV2.
        # https://docs.aws.amazon.com/cdk/v2/guide/featureflags.html
        self.node.set_context("@aws-cdk/aws-stepfunctions:useDistributedMapResultWriterV2", True)
        self._storage = storage
        self._settings = settings
        # As cdk-nag writes the executions of GameDay.
        imported = {"Fn::ImportValue": exported(pipeline, pipeline.state_machine.state_machine_arn)}
        self._game_days = executions_of(self, imported)
        code = lambda_.Code.from_asset(str(bundle))
        self.choose_days = self._choose_days(code)
        self.look_back = self._look_back(pipeline.state_machine)
        self._let_choose(pipeline)
        looks = self._looks()
        for who, fields in looks.items():
            for league in settings.leagues:
                self._schedule(who, league, fields)
        self.alarms = Alarms(self, "Alarms", topic=storage.notices)
        alarm_on_look_back(self.alarms, self.look_back)
        check = watch_season(
            self,
            code,
            storage=storage,
            settings=settings,
            look_back=self.look_back,
            looks=looks.values(),
        )
        alarm_on_season(self.alarms, check, storage.undelivered, settings)
        SeasonDashboard(
            self,
            "Season",
            alarms=[*alarms, *self.alarms.names],
            machines={"runs": pipeline.state_machine, "looks back": self.look_back},
        )
        if settings.monthly_budget_dollars:
            MonthlyBudget(
                self, "Month", dollars=settings.monthly_budget_dollars, topic=storage.notices
            )
        CfnOutput(self, "LookBackStateMachineArn", value=self.look_back.state_machine_arn)

    def _choose_days(self, code: lambda_.Code) -> lambda_.Function:
        settings = self._settings
        game_days = {*settings.mens_game_days, *settings.womens_game_days}
        return function(
            self,
            "ChooseDays",
            code,
            seconds=120,
            log_retention_days=settings.log_retention_days,
            environment={
                "SEASON_TABLE": self._storage.season.table_name,
                "BUCKET_NAME": self._storage.archive.bucket_name,
                "TIME_ZONE": settings.time_zone,
                "LEAGUES": ",".join(settings.leagues),
                "LOOK_BACK_DAYS": str(settings.look_back_days),
                "PROVIDER_CALLS_PER_DAY": str(settings.provider_calls_per_day),
                **{name.upper(): str(getattr(settings, name)) for name in CAP_SETTINGS},
                "WEEKDAYS": _numbers(WEEKDAYS.index(day) for day in game_days),
                "MONTHS": _numbers(MONTHS.index(month) + 1 for month in settings.season_months),
                "POWERTOOLS_SERVICE_NAME": "game-day-vault",
            },
        )

    def _let_choose(self, pipeline: PipelineStack) -> None:
        """ChooseDays reads the season and what came of a round, and sees who works on a day."""
        grants, role = Grants(self._storage), self.choose_days.role
        grants.use_season(self.choose_days, "dynamodb:GetItem", "dynamodb:Query")
        grants.read(role, f"{BACKFILLS}*")
        grants.write(role, f"{BACKFILLS}*")
        pipeline.state_machine.grant_execution(self.choose_days, "states:DescribeExecution")
        acknowledge_wildcards(
            role,
            "Executions get their names when they start, and each is asked about in its turn.",
            f"Resource::{self._game_days}:*",
        )

    def _look_back(self, game_day: sfn.StateMachine) -> sfn.StateMachine:
        machine = sfn.StateMachine(
            self,
            "LookBack",
            definition_body=sfn.DefinitionBody.from_chainable(
                look_back_workflow(
                    Construct(self, "States"),
                    choose=self.choose_days,
                    game_day=game_day,
                    archive=self._storage.archive,
                )
            ),
            timeout=LONGEST_LOOK_BACK,
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=log_group(self, "LookBackLogs", self._settings.log_retention_days),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,
            ),
        )
        own = executions_of(self, {"Ref": self.get_logical_id(machine.node.default_child)})
        acknowledge_wildcards(
            machine,
            "Executions and children of a Map Run are known when they run; these grants are CDK's.",
            f"Resource::{self._game_days}*",
            f"Resource::{own}:*",
            f"Resource::{own}/{LABEL}:*",
        )
        acknowledge_wildcards(
            machine,
            "The files of a round are named after its execution, which starts later.",
            f"Resource::{Grants(self._storage).archive_arn}/{BACKFILLS}*",
        )
        acknowledge_wildcards(
            machine, "Log delivery and X-Ray know no resource to name.", "Resource::*"
        )
        acknowledge_wildcards(
            machine,
            "The CDK's invoke grant covers the versions of a function.",
            *invoked_versions(self, [self.choose_days]),
        )
        return machine

    def _looks(self) -> dict[str, CronFields]:
        """When LookBack is due at each league, for the games of men and of women."""
        settings = self._settings
        months, days = settings.season_months, settings.look_back_days
        women = later(settings.run_time, WOMENS_LOOK_LATER)
        return {
            "Men": look_schedule(settings.mens_game_days, months, settings.run_time, days),
            "Women": look_schedule(settings.womens_game_days, months, women, days),
        }

    def _schedule(self, who: str, league: str, fields: CronFields) -> None:
        slug = "".join(c for c in league.title() if c.isalnum())
        scheduler.Schedule(
            self,
            f"{who}s{slug}GameDays",
            description=f"{who}'s game days of {league}, looked at until they are closed",
            schedule=scheduler.ScheduleExpression.cron(
                minute=fields.minute,
                hour=fields.hour,
                month=fields.month,
                week_day=fields.week_day,
                time_zone=TimeZone.of(self._settings.time_zone),
            ),
            target=targets.StepFunctionsStartExecution(
                self.look_back,
                input=scheduler.ScheduleTargetInput.from_object(
                    {
                        "league": league,
                        "scheduled_time": scheduler.ContextAttribute.scheduled_time,
                    }
                ),
                **caught_by(self._storage.undelivered),
            ),
        )


def _numbers(found: object) -> str:
    return ",".join(str(number) for number in sorted(found))
