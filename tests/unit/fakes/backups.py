"""DynamoDB's on-demand backups and S3's pins, in memory."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from itertools import count
from typing import Any

TABLE = "GameDayStorage-Highlights-1X"
NOW = datetime(2026, 1, 11, 14, 40, tzinfo=UTC)


class NotFound(Exception):
    """DynamoDB's BackupNotFoundException."""


class InUse(Exception):
    """DynamoDB's BackupInUseException."""


class FakeDynamoDb:
    """Backups by ARN, listed `page_size` to a page, whatever table and type were asked for.

    now: when what is created is dated. created_as: its status. breaks_at: the page, from 0, that
    cannot be read. calls: what was called, with the ARN or name.
    """

    page_size = 2

    class exceptions:
        BackupNotFoundException = NotFound
        BackupInUseException = InUse

    def __init__(self) -> None:
        self.backups: dict[str, dict[str, Any]] = {}
        self.now = NOW
        self.created_as = "CREATING"
        self.breaks_at: int | None = None
        self.calls: list[tuple[str, str]] = []
        self._numbers = count()

    def add(
        self,
        name: str,
        status: str = "AVAILABLE",
        created: datetime = NOW,
        kind: str = "USER",
        table: str = TABLE,
    ) -> dict[str, Any]:
        arn = f"arn:aws:dynamodb:::table/{table}/backup/{next(self._numbers):06}"
        self.backups[arn] = {
            "BackupArn": arn,
            "BackupName": name,
            "BackupStatus": status,
            "BackupCreationDateTime": created,
            "BackupSizeBytes": 12_000,
            "BackupType": kind,
            "TableName": table,
        }
        return self.backups[arn]

    def names(self) -> list[str]:
        """The names of all backups, as they were made."""
        return [backup["BackupName"] for backup in self.backups.values()]

    def list_backups(
        self, *, TableName: str, BackupType: str, ExclusiveStartBackupArn: str = ""
    ) -> dict[str, Any]:
        self.calls.append(("list", ExclusiveStartBackupArn))
        rest = [arn for arn in sorted(self.backups) if arn > ExclusiveStartBackupArn]
        page_number = (len(self.backups) - len(rest)) // self.page_size
        if self.breaks_at == page_number:
            raise ConnectionError
        page: dict[str, Any] = {
            "BackupSummaries": [self.backups[arn].copy() for arn in rest[: self.page_size]]
        }
        if len(rest) > self.page_size:
            page["LastEvaluatedBackupArn"] = rest[self.page_size - 1]
        return page

    def create_backup(self, *, TableName: str, BackupName: str) -> dict[str, Any]:
        self.calls.append(("create", BackupName))
        return {"BackupDetails": self.add(BackupName, self.created_as, self.now)}

    def describe_backup(self, *, BackupArn: str) -> dict[str, Any]:
        if BackupArn not in self.backups:
            raise NotFound
        return {"BackupDescription": {"BackupDetails": self.backups[BackupArn]}}

    def delete_backup(self, *, BackupArn: str) -> None:
        self.calls.append(("delete", BackupArn))
        if BackupArn not in self.backups:
            raise NotFound
        del self.backups[BackupArn]


class S3Error(Exception):
    """A client error of S3, with its code."""

    def __init__(self, code: str):
        super().__init__(code)
        self.response = {"Error": {"Code": code}}


class FakePinsS3:
    """Objects by key, listed two to a page. refuses: whether nothing may be listed."""

    class exceptions:
        ClientError = S3Error

    def __init__(self, *keys: str) -> None:
        self.objects: dict[str, tuple[bytes, str]] = dict.fromkeys(keys, (b"", "etag"))
        self.refuses = False
        self._etags: Iterator[int] = count()

    def put_object(self, **asked: Any) -> None:
        key, there = asked["Key"], self.objects.get(asked["Key"])
        if asked.get("IfNoneMatch") == "*" and there is not None:
            raise S3Error("PreconditionFailed")
        if "IfMatch" in asked and (there is None or there[1] != asked["IfMatch"]):
            raise S3Error("PreconditionFailed")
        self.objects[key] = (asked["Body"], f"etag-{next(self._etags)}")

    def list_objects_v2(self, **asked: Any) -> dict[str, Any]:
        if self.refuses:
            raise S3Error("AccessDenied")
        after = asked.get("ContinuationToken", "")
        keys = sorted(key for key in self.objects if key.startswith(asked["Prefix"]))
        rest = [key for key in keys if key > after]
        page: dict[str, Any] = {"IsTruncated": len(rest) > 2}
        if rest:
            page["Contents"] = [{"Key": key} for key in rest[:2]]
        if len(rest) > 2:
            page["NextContinuationToken"] = rest[1]
        return page

    def head_object(self, **asked: Any) -> dict[str, Any]:
        if asked["Key"] not in self.objects:
            raise S3Error("404")
        return {"ETag": self.objects[asked["Key"]][1]}

    def get_object(self, **asked: Any) -> dict[str, Any]:
        if asked["Key"] not in self.objects:
            raise S3Error("NoSuchKey")
        body, etag = self.objects[asked["Key"]]
        return {"Body": BytesIO(body), "ETag": etag}

    def delete_object(self, **asked: Any) -> None:
        self.objects.pop(asked["Key"], None)


class Clock:
    """Seconds that pass only where somebody waits. waits: how long each time."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        self.seconds += seconds
        self.waits.append(seconds)
