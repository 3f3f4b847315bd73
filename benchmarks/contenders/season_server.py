"""An embedded AWS with a season in it, for other processes to restore, rebuild and export.

`python -m benchmarks.contenders.season_server FOLDER COUNT` prints one line of JSON: the variables
by which an SDK reaches the account, `bucket` and `table`. It serves until standard input is closed.

A third of the highlights are playable, with three small objects each; the others have their
metadata alone. Every one has its sidecar, so that COUNT highlights are 2 × COUNT objects.
"""

import json
import signal
import sys
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from boto3.dynamodb.types import TypeSerializer
from rich.console import Console

from gameday.deployment import deployed
from gameday.embedded.aws import EmbeddedAws
from gameday.home import Home
from gameday.request import Options, run_request
from gameday.steps import Steps
from gameday.synthesis import project_context
from gameday.vault import Vault
from lambdas.highlights import sidecar
from lambdas.highlights.backup_store import BackupStore
from lambdas.highlights.checksum import as_text
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.keys import rendition_key, thumbnail_key, video_key

FIRST_DAY, DAYS = date(2025, 11, 3), 150
OBJECT_BYTES = 2_000
AT_ONCE = 8
BATCH = 25  # items of one BatchWriteItem
Item = dict[str, Any]


def main(folder: Path, count: int) -> None:
    """Fill an account and serve it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it closes the standard input
    home, steps = Home(folder), Steps(Console(stderr=True, quiet=True))
    home.create()
    with EmbeddedAws(home.state) as aws:
        now = datetime.now(UTC)
        request = run_request(Options(), project_context(), now, sample_url="http://127.0.0.1/")
        vault = deployed(request, home, aws, steps)
        if count:
            _fill(vault, count)
        place = {"bucket": vault.bucket, "table": vault.table}
        print(json.dumps(place | {"variables": aws.environment()}), flush=True)
        sys.stdin.read()


def _fill(vault: Vault, count: int) -> None:
    s3 = vault.aws.client("s3")
    items = list(_items(count))
    objects = [pair for item in items for pair in _objects(item)]
    with ThreadPoolExecutor(AT_ONCE) as workers:
        list(workers.map(lambda pair: s3.put_object(Bucket=vault.bucket, **pair), objects))
        batches = [items[start : start + BATCH] for start in range(0, count, BATCH)]
        list(workers.map(partial(_write, vault), batches))
    BackupStore(vault.aws.client("dynamodb"), vault.table, time.monotonic, time.sleep).create(
        datetime.now(UTC)
    )


def _items(count: int) -> Iterator[Item]:
    for number in range(count):
        game_day = GameDay("NCAA", FIRST_DAY + timedelta(days=number * DAYS // count))
        id_ = str(400_000_000 + number)
        item = {
            "id": id_,
            "league": game_day.league,
            "game_date": game_day.date.isoformat(),
            "fetch_date": game_day.date.isoformat(),
            "title": f"Blue Ridge vs. Lakeshore State: Highlights, Game {number}",
            "source": "espn",
            "url": f"https://videos.example/{id_}.mp4",
            "home_team": "Blue Ridge",
            "away_team": "Lakeshore State",
            "updated_at": f"{game_day.date.isoformat()}T14:30:00.000000+00:00",
            "status": "link_only",
            "reason": "videos.example serves pages around a player, not files",
        }
        if number % 3 == 0:
            del item["reason"]
            item |= {
                "status": "playable",
                "video": _facts(video_key(game_day, id_, "mp4"), "video/mp4"),
                "rendition": _facts(rendition_key(game_day, id_), "video/mp4"),
                "thumbnail": _facts(thumbnail_key(game_day, id_), "image/jpeg"),
            }
        yield item


def _facts(key: str, content_type: str) -> Item:
    return {
        "key": key,
        "bytes": OBJECT_BYTES,
        "checksum": as_text(zlib.crc32(_content(key))),
        "content_type": content_type,
        "duration_milliseconds": 90_000,
        "width": 640,
        "height": 360,
    }


def _content(key: str) -> bytes:
    return (key.encode() * OBJECT_BYTES)[:OBJECT_BYTES]


def _objects(item: Item) -> Iterator[dict[str, Any]]:
    yield {"Key": sidecar.key_of(item), "Body": sidecar.render(item)}
    for part in ("video", "rendition", "thumbnail"):
        if part in item:
            yield {"Key": item[part]["key"], "Body": _content(item[part]["key"])}


def _write(vault: Vault, items: list[Item]) -> None:
    serialize = TypeSerializer().serialize
    requests = [{"PutRequest": {"Item": serialize(item)["M"]}} for item in items]
    vault.aws.client("dynamodb").batch_write_item(RequestItems={vault.table: requests})


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
