"""Proves that a backup is what comes back: the drill, its schedule, and what watches over it."""

from pathlib import Path

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as event_targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.acknowledge import acknowledge_wildcards
from stacks.alarms import Alarms
from stacks.drill_alarms import alarm_on_drills
from stacks.drill_workflow import drill_workflow
from stacks.functions import MEMORY, function, log_group
from stacks.grants import Grants, invoked_versions
from stacks.notices import caught_by
from stacks.schedules import caller_role, cron_in
from stacks.settings import Settings
from stacks.storage import StorageStack

# Longer than a restore may take, and than every object of some seasons takes to read.
LONGEST_DRILL = Duration.hours(12)

# MB. Nearly all of its time is a processor's, which it gets by its memory and pays for by the second:
# docs/decisions/0010-the-drill.md
COMPARING_MEMORY = 1_024

# What DynamoDB does to the table that it restores, in the name of who asked for that:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_IAM.html
ON_RESTORED_TABLE = (
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
)
# Not the hour of a run; all year, since what is kept has to come back in summer too.
DRILL_HOUR = "5"
DRILL_DAYS = {"weekly": {"week_day": "MON"}, "monthly": {"day": "1"}}

KILLED = ("ABORTED", "TIMED_OUT", "FAILED")


class DrillStack(Stack):
    """Restores the newest backup now and then, compares everything, and leaves nothing behind.

    bundle: the folder with the functions' asset.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        storage: StorageStack,
        settings: Settings,
        bundle: Path,
        **kwargs: object,
    ):
        super().__init__(scope, id_, **kwargs)
        self._storage = storage
        self._settings = settings
        self.functions = self._functions(lambda_.Code.from_asset(str(bundle)))
        self._grant(Grants(storage))
        self.state_machine = self._state_machine()
        self._clean_up_after_kills()
        self._schedules()
        self.alarms = Alarms(self, "Alarms", topic=storage.notices)
        alarm_on_drills(self.alarms, self.state_machine, settings)
        CfnOutput(self, "DrillStateMachineArn", value=self.state_machine.state_machine_arn)

    def _functions(self, code: lambda_.Code) -> dict[str, lambda_.Function]:
        limits = {
            "RestoreScratch": 120,
            "CompareTables": 900,
            "CheckObjects": 900,
            "DeleteScratch": 900,
            "RecordDrill": 120,
        }
        environment = {
            "TABLE_NAME": self._storage.highlights.table_name,
            "BUCKET_NAME": self._storage.archive.bucket_name,
            "DRILL_SAMPLE": str(self._settings.drill_sample),
            "POWERTOOLS_SERVICE_NAME": "game-day-vault",
        }
        days = self._settings.log_retention_days
        return {
            id_: function(
                self,
                id_,
                code,
                seconds=seconds,
                log_retention_days=days,
                environment=environment,
                memory=COMPARING_MEMORY if id_ == "CompareTables" else MEMORY,
            )
            for id_, seconds in limits.items()
        }

    def _grant(self, grants: Grants) -> None:
        """Each step may do what it does; none may change the table or an object of the season."""
        of = self.functions
        scan, get = "dynamodb:Scan", "dynamodb:BatchGetItem"
        describe = "dynamodb:DescribeTable"
        grants.use_backups(of["RestoreScratch"], "dynamodb:RestoreTableFromBackup")
        grants.use_scratch_tables(
            of["RestoreScratch"], describe, "dynamodb:RestoreTableFromBackup", *ON_RESTORED_TABLE
        )
        grants.use_table(of["RestoreScratch"], scan)
        grants.read(of["RestoreScratch"].role, "videos/*")
        grants.use_backups(of["CompareTables"])
        grants.use_scratch_tables(of["CompareTables"], scan)
        grants.use_table(of["CompareTables"], scan)
        grants.read(of["CompareTables"].role, "videos/*.json")
        grants.use_table(of["CheckObjects"], scan, get)
        for prefix in ("videos/*", "processed_videos/*", "thumbnails/*"):
            grants.read(of["CheckObjects"].role, prefix)
        grants.use_scratch_tables(of["DeleteScratch"], describe, "dynamodb:DeleteTable")
        grants.use_table(of["RecordDrill"], describe)
        grants.read(of["RecordDrill"].role, "drills/*")
        grants.write(of["RecordDrill"].role, "drills/*")

    def _state_machine(self) -> sfn.StateMachine:
        machine = sfn.StateMachine(
            self,
            "Drill",
            definition_body=sfn.DefinitionBody.from_chainable(
                drill_workflow(Construct(self, "States"), self.functions)
            ),
            timeout=LONGEST_DRILL,
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=log_group(self, "DrillLogs", self._settings.log_retention_days),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,
            ),
        )
        acknowledge_wildcards(
            machine, "Log delivery and X-Ray know no resource to name.", "Resource::*"
        )
        acknowledge_wildcards(
            machine,
            "The CDK's invoke grant covers the versions of a function.",
            *invoked_versions(self, list(self.functions.values())),
        )
        self._let_see_who_runs(machine)
        return machine

    def _let_see_who_runs(self, machine: sfn.StateMachine) -> None:
        """DeleteScratch lists scratch tables and the drills that run.

        A policy of its own: one beside the role would make function and machine need each other.
        """
        policy = iam.Policy(
            self,
            "Sweep",
            roles=[self.functions["DeleteScratch"].role],
            statements=[
                iam.PolicyStatement(actions=["dynamodb:ListTables"], resources=["*"]),
                iam.PolicyStatement(
                    actions=["states:ListExecutions"], resources=[machine.state_machine_arn]
                ),
            ],
        )
        acknowledge_wildcards(
            policy, "ListTables, by which leftovers are found, knows no resource.", "Resource::*"
        )

    def _clean_up_after_kills(self) -> None:
        """A drill that was stopped, or ran out of time, takes none of its own steps any more.

        https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
        """
        events.Rule(
            self,
            "DrillEnded",
            description="Deletes the scratch table of a drill that did not come to its end",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={
                    "stateMachineArn": [self.state_machine.state_machine_arn],
                    "status": list(KILLED),
                },
            ),
            targets=[
                event_targets.LambdaFunction(
                    self.functions["DeleteScratch"],
                    event=events.RuleTargetInput.from_object(
                        {
                            "execution": events.EventField.from_path("$.detail.name"),
                            "ended": events.EventField.from_path("$.detail.status"),
                        }
                    ),
                )
            ],
        )

    def _schedules(self) -> None:
        """The drill itself; the age of the last good one, twice a day; a sweep, once a day.

        A rate begins as soon as it is deployed, so the alarm on the age has data at once:
        https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
        """
        called = [self.functions["DeleteScratch"], self.functions["RecordDrill"]]
        role = caller_role(self, "CallerRole", called)
        self._call_every(
            role,
            "SweepScratchTables",
            24,
            "DeleteScratch",
            {"sweep": self.state_machine.state_machine_arn},
            "Deletes scratch tables of drills that no longer run",
        )
        if self._settings.drill_schedule not in DRILL_DAYS:
            return
        self._call_every(
            role, "AgeOfGoodDrill", 12, "RecordDrill", {}, "Measures the age of the last good drill"
        )
        scheduler.Schedule(
            self,
            "DrillSchedule",
            description=f"The drill, {self._settings.drill_schedule}",
            schedule=cron_in(
                self._settings.time_zone,
                minute="0",
                hour=DRILL_HOUR,
                **DRILL_DAYS[self._settings.drill_schedule],
            ),
            target=targets.StepFunctionsStartExecution(
                self.state_machine,
                input=scheduler.ScheduleTargetInput.from_object({}),
                **caught_by(self._storage.undelivered),
            ),
        )

    def _call_every(
        self,
        role: iam.IRole,
        id_: str,
        hours: int,
        function: str,
        payload: dict[str, str],
        why: str,
    ) -> None:
        scheduler.Schedule(
            self,
            id_,
            description=why,
            schedule=scheduler.ScheduleExpression.rate(Duration.hours(hours)),
            target=targets.LambdaInvoke(
                self.functions[function],
                role=role,
                input=scheduler.ScheduleTargetInput.from_object(payload),
                **caught_by(self._storage.undelivered),
            ),
        )
