"""The deployed product, seen from outside: its executions, its ledger, its objects."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, BinaryIO, Protocol

from botocore.exceptions import ClientError

from lambdas.highlights.backup_store import BackupStore
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.keys import run_record_key
from lambdas.highlights.ledger import Ledger
from lambdas.highlights.season.season import Season
from lambdas.highlights.verification import OpenUpload, StoredObject
from lambdas.objects import read_chunks
from lambdas.table import Table

STACKS = ("GameDayStorage", "GameDayPipeline", "GameDayDrill", "GameDaySeason")
ENDED = ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")
EVENTS = 1_000  # of one GetExecutionHistory; by default 100, of a drill that waits for hours


class Aws(Protocol):
    """An AWS account, embedded or not. region: the one in which the vault is deployed."""

    @property
    def region(self) -> str: ...

    def now(self) -> datetime: ...

    def client(self, service: str) -> Any: ...


@dataclass(frozen=True)
class Execution:
    """One execution as Step Functions describes it. error, cause: of one that failed."""

    arn: str
    status: str
    error: str | None
    cause: str | None

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def message(self) -> str:
        """The sentence in `cause`: a failed function's `errorMessage`, or the cause itself."""
        try:
            found = json.loads(self.cause or "")
        except ValueError:
            found = None
        text = found.get("errorMessage") if isinstance(found, dict) else self.cause
        return " ".join(str(text or self.error or self.status).split())


class Vault:
    """The stacks that were deployed into `aws`; outputs: those of all, by name.

    notices: the topic of digests and alarms. Of a vault that is not deployed any more,
    `state_machine`, `drill`, `season_table`, `secret` and `notices` are empty.
    """

    def __init__(self, aws: Aws, outputs: Mapping[str, str]):
        self._aws = aws
        self.state_machine = outputs.get("StateMachineArn", "")
        self.drill = outputs.get("DrillStateMachineArn", "")
        self.look_back = outputs.get("LookBackStateMachineArn", "")
        self.bucket = outputs["ArchiveBucket"]
        self.table = outputs["HighlightsTable"]
        self.season_table = outputs.get("SeasonTable", "")
        self.secret = outputs.get("ProviderKeySecret", "")
        self.notices = outputs.get("NoticesTopic", "")
        self.undelivered = outputs.get("UndeliveredQueue", "")
        self.replica_bucket: str | None = outputs.get("ReplicaBucket")

    @classmethod
    def deployed(cls, aws: Aws) -> "Vault | None":
        """What an earlier command deployed into `aws`, or None."""
        outputs = _all_outputs(aws)
        return cls(aws, outputs) if "StateMachineArn" in outputs else None

    @classmethod
    def storage(cls, aws: Aws, bucket: str | None, table: str | None) -> "Vault | None":
        """What is left in `aws`; its names given, or outputs of what is deployed, else None."""
        given = {"ArchiveBucket": bucket, "HighlightsTable": table}
        outputs = _all_outputs(aws) | {name: one for name, one in given.items() if one}
        return cls(aws, outputs) if given.keys() <= outputs.keys() else None

    @property
    def aws(self) -> Aws:
        """Where the vault is deployed."""
        return self._aws

    def now(self) -> datetime:
        """What time it is where the vault is; the embedded AWS's clock may be ahead."""
        return self._aws.now()

    @property
    def ledger(self) -> Ledger:
        """The ledger, to read and write as the functions do."""
        return Ledger(Table(self._aws.client("dynamodb"), self.table))

    @property
    def season(self) -> Season:
        """The season's games and game days, read and written as the functions do."""
        return Season(Table(self._aws.client("dynamodb"), self.season_table))

    @cached_property
    def backups(self) -> BackupStore:
        """The table's on-demand backups."""
        return BackupStore(self._aws.client("dynamodb"), self.table, time.monotonic, time.sleep)

    def environment(self, naming: str = "PROVIDER_URL") -> dict[str, str]:
        """What a function is told by its environment that names `naming`; nothing without one.

        Without it, what the functions of a run are told.
        """
        pages = self._aws.client("lambda").get_paginator("list_functions").paginate()
        for function in (one for page in pages for one in page["Functions"]):
            variables = function.get("Environment", {}).get("Variables", {})
            if variables.get("BUCKET_NAME") == self.bucket and naming in variables:
                return variables
        return {}

    def provider_url(self) -> str | None:
        """The endpoint that the deployed functions ask for highlights."""
        return self.environment().get("PROVIDER_URL")

    def set_provider_key(self, key: str) -> None:
        """Put the provider's key into its secret, unless it is there."""
        secrets = self._aws.client("secretsmanager")
        wanted = json.dumps({"api_key": key})
        if secrets.get_secret_value(SecretId=self.secret).get("SecretString") != wanted:
            secrets.put_secret_value(SecretId=self.secret, SecretString=wanted)

    def start(self, game_day: GameDay, name: str, *, quiet: bool = True) -> str:
        """Start the state machine for `game_day`; the execution's ARN.

        quiet: no digest of it is sent, for whoever started it sees what comes of it.
        """
        asked = {"league": game_day.league, "date": game_day.date.isoformat(), "quiet": quiet}
        started = self._aws.client("stepfunctions").start_execution(
            stateMachineArn=self.state_machine, name=name, input=json.dumps(asked)
        )
        return started["executionArn"]

    def stop(self, arn: str) -> None:
        """End an execution; one that ended a moment ago stays as it is."""
        try:
            self._aws.client("stepfunctions").stop_execution(
                executionArn=arn, error="Interrupted", cause="stopped by the person who started it"
            )
        except ClientError:
            if not self.execution(arn).ended:
                raise

    def execution(self, arn: str) -> Execution:
        """The execution as it is now."""
        found = self._aws.client("stepfunctions").describe_execution(executionArn=arn)
        return Execution(arn, found["status"], found.get("error"), found.get("cause"))

    def events(self, arn: str) -> list[dict[str, Any]]:
        """The execution's history so far, oldest first."""
        history = self._aws.client("stepfunctions").get_paginator("get_execution_history")
        pages = history.paginate(executionArn=arn, PaginationConfig={"PageSize": EVENTS})
        return [event for page in pages for event in page["events"]]

    def items(self) -> Iterator[dict[str, Any]]:
        """Every highlight of the ledger, as it was written last."""
        return Table(self._aws.client("dynamodb"), self.table).scan()

    def backups_kept(self) -> int:
        """How many of this product's backups are AVAILABLE."""
        return sum(backup.status == "AVAILABLE" for backup in self.backups.ours())

    def record(self, game_day: GameDay, execution: str) -> dict[str, Any] | None:
        """What the execution reported, or None when it did not come that far."""
        s3 = self._aws.client("s3")
        try:
            return json.load(self.read_object(run_record_key(game_day, execution)))
        except s3.exceptions.NoSuchKey:
            return None

    def latest_records(self) -> list[dict[str, Any]]:
        """The newest run record of every game day, in order of league and date."""
        newest: dict[str, tuple[datetime, str]] = {}
        pages = self._aws.client("s3").get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket, Prefix="runs/"):
            for entry in page.get("Contents", []):
                day = entry["Key"].rsplit("/", 1)[0]
                newest[day] = max(
                    newest.get(day, (entry["LastModified"], "")),
                    (entry["LastModified"], entry["Key"]),
                )
        return [json.load(self.read_object(key)) for _, (_, key) in sorted(newest.items())]

    def read_object(self, key: str) -> BinaryIO:
        """The object's bytes as a stream."""
        return self._aws.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"]

    def read_chunks(self, key: str) -> Iterator[bytes]:
        """The object's bytes, at most a mebibyte at a time. Raises UnreadableObject."""
        return read_chunks(self._aws.client("s3"), self.bucket, key)

    def objects(self, prefix: str = "") -> Iterator[StoredObject]:
        """Every object whose key begins with `prefix`, in order of keys."""
        pages = self._aws.client("s3").get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket, Prefix=prefix):
            for entry in page.get("Contents", []):
                yield StoredObject(entry["Key"], entry["Size"], entry["ETag"])

    def open_uploads(self) -> Iterator[OpenUpload]:
        """Every multipart upload that was neither completed nor aborted."""
        pages = self._aws.client("s3").get_paginator("list_multipart_uploads")
        for page in pages.paginate(Bucket=self.bucket):
            for entry in page.get("Uploads", []):
                yield OpenUpload(entry["Key"], entry["UploadId"], entry["Initiated"])


def _all_outputs(aws: Aws) -> dict[str, str]:
    cloudformation, outputs = aws.client("cloudformation"), {}
    for stack in STACKS:
        outputs |= _outputs(cloudformation, stack)
    return outputs


def _outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    """The outputs of a stack, none when it is not there."""
    try:
        (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        return {}
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
