"""What a run used of AWS, reckoned from its record, for `costs` to price.

Transcoding is nine tenths of the bill and known exactly. The rest is counted from what each
step does, with round durations for its functions: together it stays below a cent. What is paid by
the month whether anything runs or not, the secret and the storage, is left out.
"""

from typing import Any

from gameday.costs import Rendition, Usage

# Billed seconds and memory in GB of one invocation, initialisation included:
# docs/decisions/0005-cold-start-and-function-sizes.md
SMALL_FUNCTION = 1.5 * 0.5
DOWNLOAD = 3 * 0.5
RECORD_RENDITION = 3 * 0.5

RUN_TRANSITIONS, BACKUP_TRANSITIONS = 9, 2
RUN_FUNCTIONS = 5
DOWNLOAD_TRANSITIONS, TRANSCODE_TRANSITIONS = 2, 4


def usage_of(record: dict[str, Any]) -> Usage:
    """The usage of the execution that wrote `record`; what earlier ones did is not counted."""
    videos = [one for one in record["highlights"] if _made(one["video"], record)]
    renditions = [
        one["rendition"] for one in record["highlights"] if _made(one["rendition"], record)
    ]
    tried = len(videos) + sum(one["status"] == "failed" for one in record["highlights"])
    known, backup = len(record["highlights"]), record["backup"]["created"]
    return Usage(
        renditions=[
            Rendition(one["width"] or 0, one["height"] or 0, one["duration_seconds"])
            for one in renditions
        ],
        lambda_gigabyte_seconds=(RUN_FUNCTIONS * SMALL_FUNCTION)
        + tried * DOWNLOAD
        + len(renditions) * RECORD_RENDITION,
        lambda_requests=RUN_FUNCTIONS + tried + len(renditions),
        state_transitions=RUN_TRANSITIONS
        + BACKUP_TRANSITIONS * backup
        + DOWNLOAD_TRANSITIONS * tried
        + TRANSCODE_TRANSITIONS * len(renditions),
        s3_puts=2
        + len(videos)
        + 2 * len(renditions)
        + record.get("sidecars", {}).get("written", 0),
        s3_gets=2 * tried + 2 * len(renditions) + known,
        dynamodb_writes=record["counts"]["new"] + tried + len(renditions) + known * backup,
        dynamodb_reads=6 * known,
    )


def _made(facts: dict[str, Any] | None, record: dict[str, Any]) -> bool:
    return facts is not None and facts.get("execution") == record["execution"]
