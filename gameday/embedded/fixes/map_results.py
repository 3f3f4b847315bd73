"""The files in which a Distributed Map leaves the results of its children.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gameday.embedded.fixes.roles import require

FAILED = "States.ResultWriterFailed"
# In which file a child is listed, by its status.
FILES = {"SUCCEEDED": "SUCCEEDED", "FAILED": "FAILED", "TIMED_OUT": "FAILED", "ABORTED": "FAILED"}
SHOWN = (
    *("executionArn", "input", "inputDetails", "mapRunArn", "name", "output", "outputDetails"),
    *("startDate", "stateMachineArn", "status", "stopDate", "error", "cause"),
)


def write(
    writer: Mapping[str, Any],
    place: Mapping[str, str],
    map_run: str,
    children: Sequence[Mapping[str, Any]],
    pending: Sequence[Any],
) -> str:
    """Write the results of `children`, and the inputs of those never begun; the manifest's key.

    Raises:
        _ExecutionError: S3 refuses a file, or the role does, or the writer is set up otherwise.
    """
    if writer.get("WriterConfig"):
        raise _error("States.Runtime", "the embedded AWS does not know WriterConfig of a Map state")
    prefix = place.get("Prefix", "")
    folder = prefix + ("" if not prefix or prefix.endswith("/") else "/") + map_run.split(":")[-1]
    rows: dict[str, list[Any]] = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
    for child in children:
        rows[FILES[child["status"]]].append(_shown(child))
    rows["PENDING"] = [{"Input": json.dumps(given)} for given in pending]
    files = {}
    for kind, found in rows.items():
        key, text = f"{folder}/{kind}_0.json", json.dumps(found)
        files[kind] = [{"Key": key, "Size": len(text.encode())}] if found else []
        if found:
            _put(place["Bucket"], key, text)
    manifest = {
        "DestinationBucket": place["Bucket"],
        "MapRunArn": map_run,
        "ResultFiles": files,
    }
    _put(place["Bucket"], f"{folder}/manifest.json", json.dumps(manifest))
    return f"{folder}/manifest.json"


def allowed(action: str, bucket: str, key: str, error: str) -> None:
    """Raise `error` unless the role of the execution that runs here may do this to an object."""
    from ministack.services.stepfunctions import _ExecutionError

    try:
        require(action, f"arn:aws:s3:::{bucket}/{key}")
    except _ExecutionError as denied:
        raise _error(error, denied.cause) from denied


def _shown(child: Mapping[str, Any]) -> dict[str, Any]:
    row = {name[0].upper() + name[1:]: child.get(name) for name in SHOWN}
    for details in ("InputDetails", "OutputDetails"):
        row[details] = {"Included": True}
    return {name: value for name, value in row.items() if value is not None} | {"RedriveCount": 0}


def _put(bucket: str, key: str, text: str) -> None:
    from ministack.services import s3

    allowed("s3:PutObject", bucket, key, FAILED)
    status, _, answer = s3._put_object(bucket, key, text.encode(), {})
    if status != 200:
        raise _error(FAILED, f"S3 refused {key} in {bucket}: {answer!r}")


def _error(error: str, cause: str) -> Exception:
    from ministack.services.stepfunctions import _ExecutionError

    return _ExecutionError(error, cause)
