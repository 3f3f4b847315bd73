"""RestoreTableToPointInTime makes a table as the other one was at the moment that is named.

The emulator copies the newest data whatever moment is asked for. A moment is a whole second, as
in DynamoDB's API, and its state is what was written until then.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gameday.embedded.fixes import table_history
from gameday.embedded.fixes.patching import Patch

FIX = "point_in_time"


def apply() -> None:
    from ministack.services import dynamodb

    patch = Patch(FIX)
    patch.edit(
        dynamodb,
        "_restore_table_to_point_in_time",
        (
            '    target = data.get("TargetTableName")\n',
            (
                '    target = data.get("TargetTableName")\n'
                "    if refused := gameday_refused_source(data):\n"
                "        return refused\n"
            ),
        ),
        (
            "    if target in _tables:\n",
            (
                "    if refused := gameday_refused_moment(_tables[src_name], data):\n"
                "        return refused\n"
                "    if target in _tables:\n"
            ),
        ),
        (
            'defaultdict(dict, copy.deepcopy(dict(src.get("items", {}))))',
            "gameday_items_asked_for(src, data)",
        ),
        gameday_refused_source=refused_source,
        gameday_refused_moment=refused_moment,
        gameday_items_asked_for=items_asked_for,
    )


def items_asked_for(table: Mapping[str, Any], request: Mapping[str, Any]) -> table_history.Items:
    """A table's items as of the moment that a restore names."""
    return table_history.items_as_of(table, moment_asked_for(table, request))


def moment_asked_for(table: Mapping[str, Any], request: Mapping[str, Any]) -> float:
    """The moment that a restore names, in seconds since 1970."""
    if request.get("UseLatestRestorableTime"):
        return table_history.recovery_of(table).latest
    return request["RestoreDateTime"]


def refused_source(request: Mapping[str, Any]) -> tuple | None:
    """The answer to a restore that names no moment, or two."""
    if bool(request.get("UseLatestRestorableTime")) == ("RestoreDateTime" in request):
        return _error(
            "ValidationException",
            "Invalid Request: Either one of RestoreDateTime or UseLatestRestorableTime must be "
            "specified, but not both",
        )
    return None


def refused_moment(table: Mapping[str, Any], request: Mapping[str, Any]) -> tuple | None:
    """The answer to a restore to a moment from which the table cannot come back."""
    recovery = table_history.recovery_of(table)
    if recovery is None:
        return _error(
            "PointInTimeRecoveryUnavailableException",
            f"Point in time recovery is not enabled for table '{table['TableName']}'",
        )
    moment = request.get("RestoreDateTime", recovery.latest)
    if not int(recovery.earliest) <= moment <= recovery.latest:
        return _error(
            "InvalidRestoreTimeException",
            f"RestoreDateTime '{_text(moment)}' must be within EarliestRestorableDateTime "
            f"'{_text(recovery.earliest)}' and LatestRestorableDateTime "
            f"'{_text(recovery.latest)}'",
        )
    return None


def _text(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _error(code: str, message: str) -> tuple:
    from ministack.core.responses import error_response_json

    return error_response_json(code, message, 400)
