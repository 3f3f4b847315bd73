"""Exports of tables: files in DynamoDB's own layout, of a moment or of what changed in a window.

The emulator completes exports without writing any file. Here the files are written when the
export is asked for; it is IN_PROGRESS for the first request that looks at it, and COMPLETED, or
FAILED for a reason that lies in S3, from the next on.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExportTableToPointInTime.html
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from gameday.embedded.fixes import table_history
from gameday.embedded.fixes.export_files import Window, written
from gameday.embedded.fixes.patching import Patch

FIX = "table_exports"

FULL, INCREMENTAL = "FULL_EXPORT", "INCREMENTAL_EXPORT"

LEAST_WINDOW_SECONDS = 15 * 60
LARGEST_WINDOW_SECONDS = 24 * 3600
TOKEN_SECONDS = 8 * 3600
LISTED_SECONDS = 90 * 86_400

# What of a request is told again by the description of its export.
TOLD = ("ClientToken", "S3Bucket", "S3BucketOwner", "S3Prefix", "S3SseKmsKeyId")


class Refused(Exception):
    """A request for an export that DynamoDB does not take; code and message of the answer."""


def apply() -> None:
    from ministack.services import dynamodb

    patch = Patch(FIX)
    for name, digest, answer in (
        ("_export_table_to_point_in_time", "7de9a0bcce54", export),
        ("_describe_export", "28915d45df50", describe_export),
        ("_list_exports", "90853a7992a0", list_exports),
    ):
        patch.replace(dynamodb, name, digest, _answering(answer))


def export(request: Mapping[str, Any]) -> dict[str, Any]:
    """Write an export and answer as if it were only begun."""
    from ministack.services import dynamodb

    earlier = _same_token(request)
    if earlier is not None:
        return {"ExportDescription": _public(earlier)}
    arn = request["TableArn"]
    if not arn.startswith("arn:"):
        message = "One or more parameter values were invalid: tableArn is not a valid ARN"
        raise Refused("ValidationException", message)
    table = dynamodb._tables.get(dynamodb._normalize_table_name(arn))
    if table is None or table["TableArn"] != arn:
        raise Refused("TableNotFoundException", f"Table not found: {arn}")
    if request.get("ExportFormat", "DYNAMODB_JSON") != "DYNAMODB_JSON":
        message = "Invalid Request: the embedded AWS exports DYNAMODB_JSON only"
        raise Refused("ValidationException", message)
    window = _window(table, request)
    now = table_history.now()
    suffix = hashlib.sha256(f"{now}{len(dynamodb._exports)}".encode()).hexdigest()[:8]
    description = {
        "ExportArn": f"{arn}/export/{int(now * 1000):014d}-{suffix}",
        "ExportStatus": "IN_PROGRESS",
        "StartTime": now,
        "TableArn": arn,
        "TableId": table["TableId"],
        "ExportFormat": "DYNAMODB_JSON",
        "S3SseAlgorithm": request.get("S3SseAlgorithm", "AES256"),
        **{key: request[key] for key in TOLD if key in request},
        "_request": dict(request),
        "_looked_at": False,
    }
    if window.since is None:
        description["ExportTime"] = window.until
    else:
        description["ExportType"] = INCREMENTAL
        description["IncrementalExportSpecification"] = {
            "ExportFromTime": window.since,
            "ExportToTime": window.until,
            "ExportViewType": _view(request),
        }
    description["_outcome"] = written(table, description, window)
    dynamodb._exports[description["ExportArn"]] = description
    return {"ExportDescription": _public(description)}


def describe_export(request: Mapping[str, Any]) -> dict[str, Any]:
    from ministack.services import dynamodb

    description = dynamodb._exports.get(request["ExportArn"])
    if description is None:
        message = f"Export not found: Export not found: {request['ExportArn']}"
        raise Refused("ExportNotFoundException", message)
    _look_at(description)
    return {"ExportDescription": _public(description)}


def list_exports(request: Mapping[str, Any]) -> dict[str, Any]:
    """The exports of 90 days, newest first; those of a table as long as it is there."""
    from ministack.services import dynamodb

    oldest = table_history.now() - LISTED_SECONDS
    found = [export for export in dynamodb._exports.values() if export["StartTime"] >= oldest]
    if arn := request.get("TableArn"):
        table = dynamodb._tables.get(dynamodb._normalize_table_name(arn), {})
        found = [export for export in found if export["TableId"] == table.get("TableId")]
    found.sort(key=lambda export: export["ExportArn"], reverse=True)
    start = int(request.get("NextToken", 0))
    end = start + request.get("MaxResults", 25)
    for description in found[start:end]:
        _look_at(description)
    summaries = [
        {
            "ExportArn": description["ExportArn"],
            "ExportStatus": description["ExportStatus"],
            "ExportType": description.get("ExportType", FULL),
        }
        for description in found[start:end]
    ]
    return {"ExportSummaries": summaries, **({"NextToken": str(end)} if end < len(found) else {})}


def _look_at(description: dict[str, Any]) -> None:
    if description["_looked_at"] and description["ExportStatus"] == "IN_PROGRESS":
        description.update(description["_outcome"])
    description["_looked_at"] = True


def _public(description: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in description.items() if not key.startswith("_")}


def _same_token(request: Mapping[str, Any]) -> dict[str, Any] | None:
    """The export that a request with the same token began before.

    Raises:
        Refused: it began another export.
    """
    from ministack.services import dynamodb

    valid_from = table_history.now() - TOKEN_SECONDS
    for description in dynamodb._exports.values():
        if description["StartTime"] < valid_from or "ClientToken" not in request:
            continue
        if description.get("ClientToken") == request["ClientToken"]:
            if description["_request"] != dict(request):
                message = "Export conflict: Duplicate request detected with conflicting parameters"
                raise Refused("ExportConflictException", message)
            return description
    return None


def _window(table: Mapping[str, Any], request: Mapping[str, Any]) -> Window:
    """What an export is to hold.

    Raises:
        Refused: it cannot be had, or the request contradicts itself.
    """
    specification = request.get("IncrementalExportSpecification")
    incremental = request.get("ExportType", FULL) == INCREMENTAL
    if incremental != (specification is not None):
        message = (
            "Incremental Export Specification expected when export type is set as Incremental Export"
            if incremental
            else "When Export Type is Full Export , Incremental Export Specification should not be "
            "provided"
        )
        raise Refused("ValidationException", f"Invalid Request: {message}")
    recovery = table_history.recovery_of(table)
    if recovery is None:
        message = f"Point in time recovery is not enabled for table '{table['TableName']}'"
        raise Refused("PointInTimeRecoveryUnavailableException", message)
    if not incremental:
        moment = request.get("ExportTime", recovery.latest)
        _require(int(recovery.earliest) <= moment <= recovery.latest, "Export Time is invalid")
        return Window(None, moment)
    if "ExportFromTime" not in specification:
        message = "ExportFromTime must be provided in IncrementalExportSpecification"
        raise Refused("ValidationException", f"Invalid Request: {message}")
    since = specification["ExportFromTime"]
    until = specification.get("ExportToTime", int(recovery.latest))
    period = "export period from time and export period to time"
    _require(
        since >= table["CreationDateTime"],
        "Incremental export period from time cannot be less than the table creation time",
    )
    _require(
        since >= int(recovery.earliest),
        "Incremental export period from time is outside of the point in time recovery window",
    )
    _require(
        until <= recovery.latest,
        "Incremental export period to time cannot be greater than the current time",
    )
    _require(
        until - since >= LEAST_WINDOW_SECONDS,
        f"Difference between {period} is less than 15 minutes",
    )
    _require(
        until - since <= LARGEST_WINDOW_SECONDS,
        f"Difference between {period} is greater than 24 hours",
    )
    return Window(since, until)


def _require(valid: bool, message: str) -> None:
    if not valid:
        raise Refused("InvalidExportTimeException", message)


def _view(request: Mapping[str, Any]) -> str:
    return request["IncrementalExportSpecification"].get("ExportViewType", "NEW_AND_OLD_IMAGES")


def _answering(answer: Any) -> Any:
    """A handler of the emulator that gives an answer, or says why there is none."""

    def handler(request: dict[str, Any]) -> tuple:
        from ministack.core.responses import error_response_json, json_response

        try:
            return json_response(answer(request))
        except Refused as refused:
            code, message = refused.args
            return error_response_json(code, message, 400)

    return handler
