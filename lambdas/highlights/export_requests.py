"""Asks DynamoDB for exports of the table, and writes one where DynamoDB does not.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExportTableToPointInTime.html
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lambdas.highlights.archive import Archive
from lambdas.highlights.errors import ExportFailed
from lambdas.highlights.export_layout import PREFIX, Export, export_id
from lambdas.highlights.export_plan import Plan, Window, plan_export
from lambdas.highlights.export_writer import own_arn, pages_of, write_export
from lambdas.highlights.table_export import complete_exports

PAGE = 25  # the most exports of one ListExports answer


@dataclass(frozen=True)
class Occasion:
    """What an export is asked for by; the same of every attempt. at: when that was."""

    name: str
    at: datetime


@dataclass(frozen=True)
class Exported:
    """Ids of the exports that were asked for, and of the one that was written by ourselves.

    failure: a sentence on the last export that ended, when it failed.
    """

    asked: list[str] = field(default_factory=list)
    written: str | None = None
    failure: str | None = None

    def require_success(self) -> None:
        """Raises ExportFailed when the last export that ended failed."""
        if self.failure is not None:
            raise ExportFailed(self.failure)


class ExportRequests:
    """The exports of `table` into `archive`, through `dynamodb`, a boto3 client.

    now: the time; exports are planned and dated by it.
    """

    def __init__(self, dynamodb: Any, archive: Archive, table: str, now: Callable[[], datetime]):
        self._dynamodb = dynamodb
        self._archive = archive
        self._table = table
        self._now = now

    def export(self, occasion: Occasion) -> Exported:
        """Have exported what no export holds; another attempt changes nothing.

        Raises ExportDamaged when the last export is.
        """
        described = self._dynamodb.describe_table(TableName=self._table)["Table"]
        arn, table_id = described["TableArn"], described["TableId"]
        complete = _Remembered(complete_exports(self._archive))
        under_way, failed = self._latest(arn)
        plan = plan_export(_newest_first(under_way, complete), table_id, self._now())
        failure = self._failure(failed, complete)
        if plan == Plan():
            return Exported(failure=failure)
        try:
            return Exported(self._ask(arn, plan, occasion), failure=failure)
        except self._dynamodb.exceptions.PointInTimeRecoveryUnavailableException:
            written = write_export(
                self._archive,
                pages_of(self._dynamodb, self._table),
                arn=own_arn(arn, occasion.at, _digits(table_id, occasion.name)[:8]),
                table_arn=arn,
                table_id=table_id,
                now=self._now,
            )
            return Exported(written=written.id, failure=failure)

    def _ask(self, arn: str, plan: Plan, occasion: Occasion) -> list[str]:
        if not plan.full:
            try:
                return [self._ask_for_window(arn, window) for window in plan.windows]
            except self._dynamodb.exceptions.InvalidExportTimeException:
                pass  # the table's past does not reach back that far, so all items are exported
        return [self._request(arn, _digits(arn, occasion.name, occasion.at))]

    def _ask_for_window(self, arn: str, window: Window) -> str:
        return self._request(
            arn,
            _digits(arn, window.since, window.until),
            ExportType="INCREMENTAL_EXPORT",
            IncrementalExportSpecification={
                "ExportFromTime": window.since,
                "ExportToTime": window.until,
                "ExportViewType": "NEW_AND_OLD_IMAGES",
            },
        )

    def _request(self, arn: str, token: str, **what: Any) -> str:
        answer = self._dynamodb.export_table_to_point_in_time(
            TableArn=arn,
            S3Bucket=self._archive.bucket,
            S3Prefix=PREFIX,
            ExportFormat="DYNAMODB_JSON",
            ClientToken=token,
            **what,
        )
        return export_id(answer["ExportDescription"]["ExportArn"])

    def _latest(self, arn: str) -> tuple[list[Export], list[str]]:
        """Exports into this archive that are under way; and ARNs of any that failed lately.

        Older pages than one without an export under way are not read.
        """
        under_way: list[Export] = []
        failed: list[str] = []
        start: dict[str, str] = {}
        while True:
            page = self._dynamodb.list_exports(TableArn=arn, MaxResults=PAGE, **start)
            summaries = page["ExportSummaries"]
            running = [one for one in summaries if one["ExportStatus"] == "IN_PROGRESS"]
            failed += [one["ExportArn"] for one in summaries if one["ExportStatus"] == "FAILED"]
            described = (self._describe(one["ExportArn"]) for one in running)
            under_way += [_export(one) for one in described if self._is_ours(one)]
            if not running or "NextToken" not in page:
                return under_way, failed
            start = {"NextToken": page["NextToken"]}

    def _failure(self, failed: Sequence[str], complete: "_Remembered") -> str | None:
        """A sentence on the newest export that failed, unless a complete one is newer."""
        if not failed:
            return None
        newest = max(failed, key=export_id)
        last = next(iter(complete), None)
        if last is not None and last.id > export_id(newest):
            return None
        described = self._describe(newest)
        if not self._is_ours(described):
            return None
        return (
            f"the export {export_id(newest)} failed: {described.get('FailureCode')}: "
            f"{described.get('FailureMessage')}; what it was to hold is asked for again"
        )

    def _describe(self, arn: str) -> dict[str, Any]:
        return self._dynamodb.describe_export(ExportArn=arn)["ExportDescription"]

    def _is_ours(self, described: dict[str, Any]) -> bool:
        return (described["S3Bucket"], described.get("S3Prefix")) == (self._archive.bucket, PREFIX)


class _Remembered:
    """Exports that are read as they are asked for, and once."""

    def __init__(self, exports: Iterator[Export]):
        self._exports = exports
        self._read: list[Export] = []

    def __iter__(self) -> Iterator[Export]:
        yield from self._read
        for export in self._exports:
            self._read.append(export)
            yield export


def _newest_first(under_way: Sequence[Export], complete: "_Remembered") -> Iterator[Export]:
    """All of them, no more of the complete ones read than are asked for."""
    known = {export.id for export in under_way}
    yield from under_way
    yield from (export for export in complete if export.id not in known)


def _export(described: dict[str, Any]) -> Export:
    window = described.get("IncrementalExportSpecification", {})
    return Export(
        arn=described["ExportArn"],
        table_arn=described["TableArn"],
        table_id=described["TableId"],
        since=window.get("ExportFromTime"),
        until=(window.get("ExportToTime") or described["ExportTime"]).astimezone(UTC),
        items=0,
        files_key="",
    )


def _digits(*what: object) -> str:
    """32 hexadecimal digits that stand for `what`; a token may have 36 characters."""
    return hashlib.sha256(" ".join(map(str, what)).encode()).hexdigest()[:32]
