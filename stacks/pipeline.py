"""What does the work and may be replaced at any time: functions, state machine, schedules."""

import tempfile
from pathlib import Path

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack, TimeZone
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.acknowledge import acknowledge_wildcards, exported
from stacks.bundle import build_bundle
from stacks.game_days import later, run_schedule
from stacks.log_retention import RETENTION
from stacks.settings import Settings
from stacks.state_machine import game_day_workflow
from stacks.storage import StorageStack

RUNTIME = lambda_.Runtime.PYTHON_3_14
MEMORY = 512  # MB; this and the time limits: docs/decisions/0005-cold-start-and-function-sizes.md
WOMENS_RUN_LATER = 30  # minutes, so that two runs seldom work on the same day at once


class PipelineStack(Stack):
    """Fetches, downloads, transcodes and backs up each game day.

    From `storage` it takes the bucket, the table and the secret, as objects; nothing else
    crosses between the two stacks.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        storage: StorageStack,
        settings: Settings,
        **kwargs: object,
    ):
        super().__init__(scope, id_, **kwargs)
        self._archive = storage.archive
        self._highlights = storage.highlights
        self._provider_key = storage.provider_key
        self._archive_arn = exported(storage, storage.archive.bucket_arn)
        self._highlights_arn = exported(storage, storage.highlights.table_arn)
        self._settings = settings
        self.functions = self._functions()
        self.transcode_role = self._transcode_role()
        self._grant()
        self.state_machine = self._state_machine()
        self._schedules()
        CfnOutput(self, "StateMachineArn", value=self.state_machine.state_machine_arn)

    def _functions(self) -> dict[str, lambda_.Function]:
        with tempfile.TemporaryDirectory() as folder:
            bundle = build_bundle(Path(folder) / "bundle", RUNTIME.name)
            code = lambda_.Code.from_asset(str(bundle))
            return {
                "FetchHighlights": self._function(code, "FetchHighlights", 120),
                "DownloadVideo": self._function(code, "DownloadVideo", 900),
                "RecordRendition": self._function(code, "RecordRendition", 300),
                "RecordFailure": self._function(code, "RecordFailure", 60),
                "PlanBackup": self._function(code, "PlanBackup", 60),
                "BackUpTable": self._function(code, "BackUpTable", 120),
                "ReportRun": self._function(code, "ReportRun", 60),
            }

    def _function(self, code: lambda_.Code, id_: str, seconds: int) -> lambda_.Function:
        """The handler whose module is `id_` in snake case."""
        module = "".join(f"_{c.lower()}" if c.isupper() else c for c in id_).lstrip("_")
        log_group = logs.LogGroup(
            self,
            f"{id_}Logs",
            retention=RETENTION[self._settings.log_retention_days],
            removal_policy=RemovalPolicy.DESTROY,
        )
        role = iam.Role(self, f"{id_}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(role)
        return lambda_.Function(
            self,
            id_,
            code=code,
            handler=f"lambdas.{module}.handler",
            runtime=RUNTIME,
            architecture=lambda_.Architecture.ARM_64,
            memory_size=MEMORY,
            timeout=Duration.seconds(seconds),
            role=role,
            log_group=log_group,
            environment=self._environment(),
        )

    def _environment(self) -> dict[str, str]:
        settings = self._settings
        return {
            "TABLE_NAME": self._highlights.table_name,
            "BUCKET_NAME": self._archive.bucket_name,
            "SECRET_ARN": self._provider_key.secret_arn,
            "PROVIDER_URL": settings.provider_url,
            "PROVIDER_HOST": settings.provider_host,
            "LIMIT": str(settings.limit),
            "TIME_ZONE": settings.time_zone,
            "ALLOWED_PRIVATE_HOSTS": ",".join(settings.allowed_private_hosts),
            "HOST_RULES": str(settings.host_rules),
            "MAX_VIDEO_MEGABYTES": str(settings.max_video_megabytes),
            "TRANSCODE_PROFILE": settings.transcode_profile,
            "BACKUP_RETENTION": str(settings.backup_retention),
            "POWERTOOLS_SERVICE_NAME": "game-day-vault",
        }

    def _transcode_role(self) -> iam.Role:
        return iam.Role(
            self,
            "TranscodeRole",
            assumed_by=iam.ServicePrincipal("mediaconvert.amazonaws.com"),
            description="Reads videos and writes renditions and thumbnails for MediaConvert",
        )

    def _grant(self) -> None:
        """Each step may do what it does, and nothing else."""
        of = self.functions
        read, update = "dynamodb:BatchGetItem", "dynamodb:UpdateItem"
        query, put = "dynamodb:Query", "dynamodb:PutItem"
        self._provider_key.grant_read(of["FetchHighlights"])
        self._let_write(of["FetchHighlights"].role, "highlights/*")
        self._let_use_table(of["FetchHighlights"], read, query, put, update)
        self._let_write(of["DownloadVideo"].role, "videos/*")
        self._let_read(of["DownloadVideo"].role, "videos/*")
        self._let_read(of["DownloadVideo"].role, "processed_videos/*")
        self._let_read(of["DownloadVideo"].role, "thumbnails/*")
        self._let_use_table(of["DownloadVideo"], read, update)
        self._let_read(self.transcode_role, "videos/*")
        self._let_write(self.transcode_role, "processed_videos/*")
        self._let_write(self.transcode_role, "thumbnails/*")
        self._let_read(of["RecordRendition"].role, "processed_videos/*")
        self._let_read(of["RecordRendition"].role, "thumbnails/*")
        self._let_use_table(of["RecordRendition"], read, update)
        self._let_abort_uploads(of["RecordFailure"].role, "videos/*")
        self._let_use_table(of["RecordFailure"], read, update)
        self._let_use_table(of["PlanBackup"], read)
        self._let_use_table(of["BackUpTable"], read, update, "dynamodb:CreateBackup")
        self._let_rotate_backups(of["BackUpTable"])
        self._let_read(of["BackUpTable"].role, "pins/*")
        self._let_write(of["ReportRun"].role, "runs/*")
        self._let_use_table(of["ReportRun"], read)

    def _let_read(self, role: iam.IRole, prefix: str) -> None:
        self._archive.grant_read(role, prefix)
        acknowledge_wildcards(
            role,
            "Objects are named after highlights; the verbs are those of the CDK's read grant.",
            f"Resource::{self._archive_arn}/{prefix}",
            "Action::s3:GetObject*",
            "Action::s3:GetBucket*",
            "Action::s3:List*",
        )

    def _let_write(self, role: iam.IRole, prefix: str) -> None:
        self._archive.grant_put(role, prefix)
        acknowledge_wildcards(
            role,
            "Objects are named after highlights; the verb is that of the CDK's put grant.",
            f"Resource::{self._archive_arn}/{prefix}",
            "Action::s3:Abort*",
        )

    def _let_abort_uploads(self, role: iam.IRole, prefix: str) -> None:
        """What the bucket has no grant for: to give up an upload that an attempt left open.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
        """
        role.add_to_principal_policy(
            iam.PolicyStatement(
                actions=["s3:AbortMultipartUpload"],
                resources=[self._archive.arn_for_objects(prefix)],
            )
        )
        acknowledge_wildcards(
            role,
            "Objects are named after highlights; only what was left open may be aborted.",
            f"Resource::{self._archive_arn}/{prefix}",
        )

    def _let_use_table(self, function: lambda_.Function, *actions: str) -> None:
        self._highlights.grant(function, *actions)
        acknowledge_wildcards(
            function.role,
            "The CDK's grant covers the indexes of the table; it has one.",
            f"Resource::{self._highlights_arn}/index/*",
        )

    def _let_rotate_backups(self, function: lambda_.Function) -> None:
        """What the table has no grant for.

        https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
        """
        function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["dynamodb:DescribeBackup", "dynamodb:DeleteBackup"],
                resources=[f"{self._highlights.table_arn}/backup/*"],
            )
        )
        function.add_to_role_policy(
            iam.PolicyStatement(actions=["dynamodb:ListBackups"], resources=["*"])
        )
        acknowledge_wildcards(
            function.role,
            "A backup gets its name from DynamoDB, and ListBackups knows no resource to name.",
            f"Resource::{self._highlights_arn}/backup/*",
            "Resource::*",
        )

    def _state_machine(self) -> sfn.StateMachine:
        failure = {
            name: self.functions["RecordFailure"]
            for name in ("RecordDownloadFailure", "RecordTranscodeFailure")
        }
        workflow = game_day_workflow(
            Construct(self, "States"),
            self.functions | failure,
            transcode_profile=self._settings.transcode_profile,
            transcode_role=self.transcode_role,
        )
        log_group = logs.LogGroup(
            self,
            "GameDayLogs",
            retention=RETENTION[self._settings.log_retention_days],
            removal_policy=RemovalPolicy.DESTROY,
        )
        machine = sfn.StateMachine(
            self,
            "GameDay",
            definition_body=sfn.DefinitionBody.from_chainable(workflow),
            timeout=Duration.hours(4),
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=log_group,
                level=sfn.LogLevel.ALL,
                include_execution_data=False,
            ),
        )
        # The .sync integration tags the jobs it creates.
        machine.add_to_role_policy(
            iam.PolicyStatement(
                actions=["mediaconvert:TagResource"],
                resources=[self.format_arn(service="mediaconvert", resource="jobs/*")],
            )
        )
        acknowledge_wildcards(
            machine,
            "A job gets its name from MediaConvert, and so does what CreateJob, log delivery and "
            "X-Ray act on.",
            "Resource::*",
            "Resource::arn:<AWS::Partition>:mediaconvert:<AWS::Region>:<AWS::AccountId>:jobs/*",
        )
        acknowledge_wildcards(
            machine,
            "The CDK's invoke grant covers the versions of a function.",
            *(
                f"Resource::<{self.get_logical_id(function.node.default_child)}.Arn>:*"
                for function in self.functions.values()
            ),
        )
        return machine

    def _schedules(self) -> None:
        settings = self._settings
        women = later(settings.run_time, WOMENS_RUN_LATER)
        for who, game_days, run_time in (
            ("Men", settings.mens_game_days, settings.run_time),
            ("Women", settings.womens_game_days, women),
        ):
            for days_after in settings.run_days_after:
                fields = run_schedule(game_days, settings.season_months, run_time, days_after)
                for league in settings.leagues:
                    slug = "".join(c for c in league.title() if c.isalnum())
                    scheduler.Schedule(
                        self,
                        f"{who}s{slug}GameDaysPlus{days_after}",
                        description=f"{who}'s game days of {league}, run {days_after} day(s) later",
                        schedule=scheduler.ScheduleExpression.cron(
                            minute=fields.minute,
                            hour=fields.hour,
                            month=fields.month,
                            week_day=fields.week_day,
                            time_zone=TimeZone.of(settings.time_zone),
                        ),
                        target=targets.StepFunctionsStartExecution(
                            self.state_machine,
                            input=scheduler.ScheduleTargetInput.from_object(
                                {
                                    "league": league,
                                    "scheduled_time": scheduler.ContextAttribute.scheduled_time,
                                    "days_after": days_after,
                                }
                            ),
                        ),
                    )
