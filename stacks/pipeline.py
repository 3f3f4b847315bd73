"""What does the work and may be replaced at any time: functions and the state machine."""

from pathlib import Path

from aws_cdk import ArnFormat, CfnOutput, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from lambdas.highlights.season.lock import LONGEST_EXECUTION
from stacks.acknowledge import acknowledge_wildcards, written
from stacks.alarms import Alarms
from stacks.functions import function, log_group
from stacks.grants import Grants, invoked_versions
from stacks.run_alarms import alarm_on_runs
from stacks.second_place import SecondPlace
from stacks.settings import Settings
from stacks.state_machine import game_day_workflow
from stacks.storage import StorageStack
from stacks.table_exports import let_export, schedule_exports
from stacks.table_replica import TableReplica


class PipelineStack(Stack):
    """Fetches, downloads, transcodes and backs up each game day.

    From `storage` it takes the bucket, the table and the secret, as objects; nothing else
    crosses between the two stacks. bundle: the folder with the functions' asset.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        storage: StorageStack,
        settings: Settings,
        bundle: Path,
        place: SecondPlace | None = None,
        **kwargs: object,
    ):
        super().__init__(scope, id_, **kwargs)
        self._storage = storage
        self._archive = storage.archive
        self._highlights = storage.highlights
        self._provider_key = storage.provider_key
        self._grants = Grants(storage)
        self._settings = settings
        self._place = place
        self.functions = self._functions(bundle)
        self.transcode_role = self._transcode_role()
        self._grant()
        self.state_machine = self._state_machine()
        if settings.table_exports in ("daily", "weekly"):
            schedule_exports(self, settings, self.functions["ExportTable"], storage.undelivered)
        if place:
            TableReplica(
                self,
                "TableReplica",
                table=self._highlights,
                place=place,
                function=self.functions["ReplicateTable"],
                log_retention_days=settings.log_retention_days,
            )
        self.alarms = Alarms(self, "Alarms", topic=storage.notices)
        alarm_on_runs(self.alarms, self.state_machine, self.functions)
        CfnOutput(self, "StateMachineArn", value=self.state_machine.state_machine_arn)

    def _functions(self, bundle: Path) -> dict[str, lambda_.Function]:
        code = lambda_.Code.from_asset(str(bundle))
        return {
            "FetchHighlights": self._function(code, "FetchHighlights", 120),
            "DownloadVideo": self._function(code, "DownloadVideo", 900),
            "RecordRendition": self._function(code, "RecordRendition", 300),
            "RecordFailure": self._function(code, "RecordFailure", 60),
            "WriteSidecars": self._function(code, "WriteSidecars", 120),
            "PlanBackup": self._function(code, "PlanBackup", 60),
            "BackUpTable": self._function(code, "BackUpTable", 120),
            "ReportRun": self._function(code, "ReportRun", 60),
            "SendDigest": self._function(code, "SendDigest", 60),
        } | self._functions_of_choice(code)

    def _functions_of_choice(self, code: lambda_.Code) -> dict[str, lambda_.Function]:
        """Those of what the settings switch on."""
        chosen = {}
        if self._settings.table_exports != "off":
            chosen["ExportTable"] = self._function(code, "ExportTable", 900)
        if self._place is not None:
            chosen["ReplicateTable"] = self._function(code, "ReplicateTable", 60)
        return chosen

    def _function(self, code: lambda_.Code, id_: str, seconds: int) -> lambda_.Function:
        return function(
            self,
            id_,
            code,
            seconds=seconds,
            log_retention_days=self._settings.log_retention_days,
            environment=self._environment(),
        )

    def _environment(self) -> dict[str, str]:
        settings = self._settings
        return {
            "TABLE_NAME": self._highlights.table_name,
            "SEASON_TABLE": self._storage.season.table_name,
            "BUCKET_NAME": self._archive.bucket_name,
            "SECRET_ARN": self._provider_key.secret_arn,
            "NOTICES_TOPIC": self._storage.notices.topic_arn,
            "PROVIDER_URL": settings.provider_url,
            "PROVIDER_HOST": settings.provider_host,
            "PROVIDER_CALLS_PER_DAY": str(settings.provider_calls_per_day),
            "TRANSCODE_MINUTES_PER_DAY": str(settings.transcode_minutes_per_day),
            "TRANSCODE_MINUTES_PER_MONTH": str(settings.transcode_minutes_per_month),
            "STORED_GIGABYTES_PER_DAY": str(settings.stored_gigabytes_per_day),
            "STORED_GIGABYTES_PER_MONTH": str(settings.stored_gigabytes_per_month),
            "LIMIT": str(settings.limit),
            "TIME_ZONE": settings.time_zone,
            "LOOK_BACK_DAYS": str(settings.look_back_days),
            "ALLOWED_PRIVATE_HOSTS": ",".join(settings.allowed_private_hosts),
            "HOST_RULES": str(settings.host_rules),
            "MAX_VIDEO_MEGABYTES": str(settings.max_video_megabytes),
            "TRANSCODE": settings.transcode,
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
        of, grants = self.functions, self._grants
        read, update = "dynamodb:BatchGetItem", "dynamodb:UpdateItem"
        query, put = "dynamodb:Query", "dynamodb:PutItem"
        self._provider_key.grant_read(of["FetchHighlights"])
        grants.write(of["FetchHighlights"].role, "highlights/*")
        grants.write(of["FetchHighlights"].role, "matches/*")
        grants.use_table(of["FetchHighlights"], read, query, put, update)
        grants.use_season(of["FetchHighlights"], query)
        grants.write(of["DownloadVideo"].role, "videos/*")
        grants.read(of["DownloadVideo"].role, "videos/*")
        grants.read(of["DownloadVideo"].role, "processed_videos/*")
        grants.read(of["DownloadVideo"].role, "thumbnails/*")
        if self._settings.transcode == "when_needed":
            grants.write(of["DownloadVideo"].role, "processed_videos/*")
            grants.write(of["DownloadVideo"].role, "thumbnails/*")
        grants.use_table(of["DownloadVideo"], read, update)
        grants.read(self.transcode_role, "videos/*")
        grants.write(self.transcode_role, "processed_videos/*")
        grants.write(self.transcode_role, "thumbnails/*")
        grants.read(of["RecordRendition"].role, "processed_videos/*")
        grants.read(of["RecordRendition"].role, "thumbnails/*")
        grants.use_table(of["RecordRendition"], read, update)
        self._let_abort_uploads(of["RecordFailure"].role, "videos/*")
        grants.use_table(of["RecordFailure"], read, update)
        for teller in ("FetchHighlights", "DownloadVideo", "RecordRendition", "RecordFailure"):
            grants.use_season(of[teller], put)
        for spender in ("FetchHighlights", "DownloadVideo"):
            grants.use_season(of[spender], "dynamodb:GetItem", update)
        grants.use_season(of["RecordRendition"], update)
        grants.read(of["WriteSidecars"].role, "videos/*.json")
        grants.write(of["WriteSidecars"].role, "videos/*.json")
        grants.use_table(of["WriteSidecars"], read)
        grants.use_table(of["PlanBackup"], read)
        grants.use_table(of["BackUpTable"], read, update, "dynamodb:CreateBackup")
        grants.use_backups(of["BackUpTable"], "dynamodb:DescribeBackup", "dynamodb:DeleteBackup")
        grants.read(of["BackUpTable"].role, "pins/*")
        grants.write(of["ReportRun"].role, "runs/*")
        grants.use_table(of["ReportRun"], read)
        grants.use_season(of["ReportRun"], "dynamodb:GetItem", query, update)
        grants.read(of["SendDigest"].role, "runs/*")
        grants.read(of["SendDigest"].role, "processed_videos/*")
        grants.use_season(of["SendDigest"], "dynamodb:GetItem", update)
        self._storage.notices.grant_publish(of["SendDigest"])
        if "ExportTable" in of:
            let_export(self._storage, grants, of["ExportTable"])

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
            f"Resource::{self._grants.archive_arn}/{prefix}",
        )

    def _let_see_who_runs(self, machine: sfn.StateMachine) -> None:
        """FetchHighlights asks whether the execution that holds a game day's lock is under way.

        A policy of its own: one beside the role would make function and machine need each other.
        """
        executions = self.format_arn(
            service="states",
            resource="execution",
            resource_name=f"{machine.state_machine_name}:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        policy = iam.Policy(
            self,
            "WhoRuns",
            roles=[self.functions["FetchHighlights"].role],
            statements=[
                iam.PolicyStatement(actions=["states:DescribeExecution"], resources=[executions])
            ],
        )
        acknowledge_wildcards(
            policy,
            "Executions get their names when they start; all are of this state machine.",
            f"Resource::{written(self, executions)}",
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
            export_after_backup=self._settings.table_exports == "after_backup",
        )
        machine = sfn.StateMachine(
            self,
            "GameDay",
            definition_body=sfn.DefinitionBody.from_chainable(workflow),
            timeout=Duration.seconds(int(LONGEST_EXECUTION.total_seconds())),
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=log_group(self, "GameDayLogs", self._settings.log_retention_days),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,
            ),
        )
        self._let_see_who_runs(machine)
        jobs = self.format_arn(service="mediaconvert", resource="jobs/*")
        # The .sync integration tags the jobs it creates.
        machine.add_to_role_policy(
            iam.PolicyStatement(
                actions=["mediaconvert:TagResource"],
                resources=[jobs],
            )
        )
        acknowledge_wildcards(
            machine,
            "A job gets its name from MediaConvert, and so does what CreateJob, log delivery and "
            "X-Ray act on.",
            "Resource::*",
            f"Resource::{written(self, jobs)}",
        )
        acknowledge_wildcards(
            machine,
            "The CDK's invoke grant covers the versions of a function.",
            *invoked_versions(self, list(self.functions.values())),
        )
        return machine
