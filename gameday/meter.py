"""What a run used of AWS, reckoned from its record, for `costs` to price.

Transcoding is nine tenths of the bill and known exactly. The rest is counted from what each
step does, with round durations for its functions: together it stays below a cent. What is paid by
the month whether anything runs or not, the secret and the storage, is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gameday.costs import Usage
from lambdas.highlights.billing import Rendition, normalized_minutes
from lambdas.highlights.transcoding import COPY

# Billed seconds and memory in GB of one invocation, initialisation included:
# docs/decisions/0005-cold-start-and-function-sizes.md
SMALL_FUNCTION = 1.5 * 0.5
DOWNLOAD = 3 * 0.5
RECORD_RENDITION = 3 * 0.5

RUN_TRANSITIONS, BACKUP_TRANSITIONS = 11, 2
RUN_FUNCTIONS = 6
DOWNLOAD_TRANSITIONS, TRANSCODE_TRANSITIONS = 2, 4
# Of the season's table, a game day: its lock, its row, its games, what was called; and of a
# highlight, the lines of its story.
DAY_WRITES, STORY_WRITES = 20, 5
# By estimate: what a function writes to its log in a call, and Step Functions of a transition.
LOGGED_BYTES, LOGGED_TRANSITION_BYTES = 2_000, 1_500
# One LookBack execution, by estimate, half of which find a day that is due.
LOOK_BACK = Usage(
    state_transitions=10, lambda_requests=2, lambda_gigabyte_seconds=1.5, s3_puts=2, traces=1
)


@dataclass(frozen=True)
class Work:
    """What one execution of a game day did.

    known: the day's highlights. new: those of them that were not known. tried: videos that were
    downloaded, or failed. renditions: those that were made or copied; copied: how many of them
    were. minutes: as MediaConvert bills them.
    """

    known: int = 0
    new: int = 0
    tried: int = 0
    stored: int = 0
    renditions: int = 0
    copied: int = 0
    minutes: float = 0.0
    sidecars: int = 0
    backup: bool = False


def usage_of(record: Mapping[str, Any]) -> Usage:
    """The usage of the execution that wrote `record`; what earlier ones did is not counted."""
    highlights = record["highlights"]
    stored = sum(_made(one["video"], record) for one in highlights)
    renditions = [one["rendition"] for one in highlights if _made(one["rendition"], record)]
    return usage_of_work(
        Work(
            known=len(highlights),
            new=record["counts"]["new"],
            tried=stored + sum(one["status"] == "failed" for one in highlights),
            stored=stored,
            renditions=len(renditions),
            copied=sum(is_copied(one) for one in renditions),
            minutes=sum(minutes_of(one) for one in renditions),
            sidecars=record.get("sidecars", {}).get("written", 0),
            backup=record["backup"]["created"],
        )
    )


def usage_of_work(work: Work) -> Usage:
    """What an execution used that did `work`."""
    transcoded = work.renditions - work.copied
    transitions = (
        RUN_TRANSITIONS
        + BACKUP_TRANSITIONS * work.backup
        + DOWNLOAD_TRANSITIONS * work.tried
        + TRANSCODE_TRANSITIONS * work.renditions
    )
    requests = RUN_FUNCTIONS + work.tried + work.renditions
    return Usage(
        normalized_minutes=work.minutes,
        lambda_gigabyte_seconds=RUN_FUNCTIONS * SMALL_FUNCTION
        + work.tried * DOWNLOAD
        + work.renditions * RECORD_RENDITION,
        lambda_requests=requests,
        state_transitions=transitions,
        s3_puts=2 + work.stored + 2 * transcoded + 2 * work.copied + work.sidecars,
        s3_gets=2 * work.tried + 2 * work.renditions + work.known,
        dynamodb_writes=DAY_WRITES
        + work.new
        + work.tried
        + work.renditions
        + work.known * work.backup
        + STORY_WRITES * work.new,
        dynamodb_reads=6 * work.known,
        log_gigabytes=(requests * LOGGED_BYTES + transitions * LOGGED_TRANSITION_BYTES) / 1e9,
        traces=1,
    )


def minutes_of(rendition: Mapping[str, Any]) -> float:
    """What MediaConvert billed for a rendition; nothing where it was copied.

    rendition: as a run record has it, with `duration_seconds`, or as the ledger does.
    """
    if is_copied(rendition):
        return 0.0
    seconds = rendition.get("duration_seconds")
    if seconds is None:
        seconds = float(rendition.get("duration_milliseconds") or 0) / 1000
    size = int(rendition.get("width") or 0), int(rendition.get("height") or 0)
    return normalized_minutes(Rendition(*size, seconds))


def is_copied(rendition: Mapping[str, Any]) -> bool:
    """Whether a rendition is its video, copied, and no job made it."""
    return rendition.get("made_by") == COPY


def _made(facts: Mapping[str, Any] | None, record: Mapping[str, Any]) -> bool:
    return facts is not None and facts.get("execution") == record["execution"]
