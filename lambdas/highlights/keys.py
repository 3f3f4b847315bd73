"""Where everything stands in the bucket. Keys follow from what they hold, so a rerun finds it."""

import hashlib
import re
from datetime import date

from lambdas.highlights.game_day import GameDay

RAW_ANSWER = re.compile(r"(?:highlights|matches)/[^/]+/[^/]+/([0-9a-f]{32})\.json")
OF_HIGHLIGHT = re.compile(
    r"(?:videos|processed_videos|thumbnails)/[^/]+/[^/]+/([A-Za-z0-9_-]+)\..+"
)
SIDECAR = re.compile(r"videos/[^/]+/[^/]+/([A-Za-z0-9_-]+)\.json")
RUN_RECORD = re.compile(r"runs/[^/]+/[^/]+/[^/]+\.json")
DRILLS = "drills/"
DRILL_RECORD = re.compile(r"drills/[0-9]{4}-[0-9]{2}-[0-9]{2}-[^/]+\.json")
PINS = "pins/"
PIN = re.compile(r"pins/[A-Za-z0-9_.-]+\.json")
BACKFILLS = "backfills/"
BACKFILL_FILE = re.compile(r"backfills/[^/]+/(?:days-[0-9]+|results/round-[0-9]+/.+)\.json")
RESTORED_FOLDER = "restored/"
RESTORED = re.compile(r"restored/[0-9]{8}t[0-9]{6}/.+")


def raw_answer_key(game_day: GameDay, body: bytes) -> str:
    """The provider's answer as it came; an equal answer has an equal key."""
    return f"highlights/{game_day.folder}/{_digest(body)}.json"


def matches_key(game_day: GameDay, body: bytes) -> str:
    """The provider's list of a day's games as it came; likewise."""
    return f"matches/{game_day.folder}/{_digest(body)}.json"


def video_key(game_day: GameDay, highlight_id: str, extension: str) -> str:
    """The video as the source served it."""
    return f"videos/{game_day.folder}/{highlight_id}.{extension}"


def sidecar_key(game_day: GameDay, highlight_id: str) -> str:
    """Everything that the ledger knows of a highlight, beside its video; no video is a `.json`."""
    return f"videos/{game_day.folder}/{highlight_id}.json"


def rendition_key(game_day: GameDay, highlight_id: str) -> str:
    """The playable MP4 that transcoding makes of the video."""
    return f"processed_videos/{game_day.folder}/{highlight_id}.mp4"


def thumbnail_key(game_day: GameDay, highlight_id: str) -> str:
    """The picture of the video; MediaConvert numbers captured frames with seven digits."""
    return f"thumbnails/{game_day.folder}/{highlight_id}.0000000.jpg"


def run_record_key(game_day: GameDay, execution: str) -> str:
    """What one execution did."""
    return f"runs/{game_day.folder}/{execution}.json"


def pin_key(backup_name: str) -> str:
    """Says that the backup is kept for good; a backup's name has letters, digits and `_.-`."""
    return f"{PINS}{backup_name}.json"


def drill_record_key(day: date, execution: str) -> str:
    """What one drill found; such keys sort as the days do."""
    return f"{DRILLS}{day.isoformat()}-{execution}.json"


def days_key(execution: str, number: int) -> str:
    """The days that round `number` of an execution of LookBack looks at."""
    return f"{BACKFILLS}{execution}/days-{number}.json"


def results_prefix(execution: str, number: int) -> str:
    """Under which Step Functions writes what came of the days of a round."""
    return f"{BACKFILLS}{execution}/results/round-{number}"


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]
