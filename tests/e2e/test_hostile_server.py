"""Every answer that the open internet may give, through the real functions; see `cases.py`."""

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from gameday.embedded.sample import HIGHLIGHTS, SampleDay
from lambdas.highlights import sidecar
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import highlight_id
from lambdas.highlights.keys import rendition_key, thumbnail_key
from tests.e2e.conftest import Pipeline, day
from tests.e2e.functions import configured, log_lines
from tests.hostile.case import SECRET, Case
from tests.hostile.cases import GAME_DAYS, HOST_RULES
from tests.hostile.clips import make_files
from tests.hostile.failing import LARGEST_VIDEO
from tests.hostile.server import HostileServer

CASES = [case for cases in GAME_DAYS.values() for case in cases]
VARIABLES = {"HOST_RULES": HOST_RULES, "MAX_VIDEO_MEGABYTES": str(LARGEST_VIDEO)}
TITLE = 'to break out\n\x1b[31m"}}, {{\r\n../../\u202e\x00 of what it is written into'
WILD = ("../../../runs/x", 'a"b', "a\nb", "\x1b[2J", "a/b", "å" * 100, " ", "x" * 1_000)
IDS = dict(enumerate(WILD, 10_000))  # in the place of the first rows' numbers
RUNTIME_LINES = ("START", "END", "REPORT", "[ERROR]", "Traceback", "  ")


@pytest.fixture(scope="module")
def server(
    small_sample: SampleDay, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HostileServer]:
    folder = tmp_path_factory.mktemp("hostile")
    (made := folder / "made").mkdir()
    clips = {media.path.suffix: media.path for media in small_sample.media.values()}
    files = make_files(clips[".mp4"], clips[".webm"], made)
    scripts = {case.slug: case.serve for case in CASES}
    assert len(scripts) == len(CASES), "two cases have one name"
    with HostileServer(scripts, files, folder) as running:
        yield running


@dataclass(frozen=True)
class Archive:
    """The vault after the game days. items: by the case's name. objects: sizes by key."""

    pipeline: Pipeline
    items: dict[str, dict[str, Any]]
    objects: dict[str, int]
    log: list[str]


@pytest.fixture(scope="module")
def archive(deployment: Pipeline, server: HostileServer) -> Archive:
    """What is there after one execution for each part of the table."""
    rows = {
        case.name: row(number, case, date, server)
        for date, cases in GAME_DAYS.items()
        for number, case in enumerate(cases, int(date[-2:]) * 1_000)
    }
    deployment.provider.highlights = list(rows.values())
    stored: set[str] = set()
    for date, cases in GAME_DAYS.items():
        for case in cases:
            if case.stores in stored:
                put_outputs(deployment, day(date), highlight_id(rows[case.name]), server)
            elif case.stores is not None:
                stored.add(case.stores)
    with configured(deployment, "DownloadVideo", Environment=VARIABLES):
        started = {date: deployment.vault.start(day(date), date) for date in GAME_DAYS}
        for date, arn in started.items():
            assert deployment.finish(date, arn, day(date)).record is not None
    items = deployment.items()
    return Archive(
        deployment,
        {name: items[highlight_id(one)] for name, one in rows.items()},
        {one.key: one.bytes for one in deployment.vault.objects()},
        log_lines(deployment, "DownloadVideo"),
    )


def put_outputs(
    pipeline: Pipeline, game_day: GameDay, highlight: str, server: HostileServer
) -> None:
    """Put in place what transcoding would leave; it takes time, and one of each video is enough."""
    s3, bucket = pipeline.aws.client("s3"), pipeline.vault.bucket
    for key in (rendition_key(game_day, highlight), thumbnail_key(game_day, highlight)):
        s3.put_object(Bucket=bucket, Key=key, Body=server.files["clip.mp4"])


def row(number: int, case: Case, date: str, server: HostileServer) -> dict[str, Any]:
    """The case as the provider lists it."""
    url = case.url.format(
        url=server.base_url,
        tls_url=server.tls_url,
        port=server.port,
        name=case.slug,
        path=case.path,
    )
    shape = HIGHLIGHTS[0].row(server.base_url)
    return shape | {
        "id": IDS.get(number, number),
        "title": f"{case.name} {TITLE}",
        "url": url,
        "match": shape["match"] | {"date": f"{date}T19:00:00.000Z"},
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.slug)
def test_the_archive_holds_the_true_video_or_the_honest_reason(
    case: Case, archive: Archive, server: HostileServer
):
    item = archive.items[case.name]
    assert item["status"] == case.status, item.get("reason")
    if case.reason is None:
        assert "reason" not in item
    else:
        assert re.search(case.reason, item["reason"]), item["reason"]
        assert not re.search(r"[{}\n\x1b]|/clip|token=", item["reason"])
    if case.stores is None:
        assert "video" not in item
    else:
        body, video = server.files[case.stores], item["video"]
        stored = archive.pipeline.vault.read_object(video["key"]).read()
        assert stored == body
        assert video["bytes"] == len(body)
        assert video["checksum"] == f"crc32:{zlib.crc32(body):08x}"
        assert video["key"].endswith(case.stores.rpartition(".")[2])
    assert "upload" not in item
    fewest, most = case.requests if isinstance(case.requests, tuple) else (case.requests,) * 2
    assert fewest <= len(server.requests(case.slug)) <= most


def test_no_object_and_no_upload_is_there_without_its_item(archive: Archive):
    parts = [
        item[part]["key"]
        for item in archive.items.values()
        for part in ("video", "rendition", "thumbnail")
        if part in item
    ]
    answers = [key for key in archive.objects if key.startswith("highlights/")]
    games = [key for key in archive.objects if key.startswith("matches/")]
    records = [key for key in archive.objects if key.startswith("runs/")]
    sidecars = [sidecar.key_of(item) for item in archive.items.values()]
    assert set(archive.objects) == {*parts, *sidecars, *answers, *games, *records}
    assert len(answers) == len(games) == len(records) == len(GAME_DAYS)
    assert list(archive.pipeline.vault.open_uploads()) == []


def test_no_request_goes_where_a_redirect_may_not_lead(archive: Archive, server: HostileServer):
    assert len(archive.items) == len(CASES)
    assert server.strays == []


def test_no_row_breaks_out_of_a_key_or_a_log_line(archive: Archive):
    assert all(re.fullmatch(r"[A-Za-z0-9_./-]+", key) for key in archive.objects)
    assert not any(".." in key for key in archive.objects)
    said = [line for line in archive.log if not line.startswith(RUNTIME_LINES)]
    assert len(said) > len(CASES)
    assert {json.loads(line)["service"] for line in said} == {"game-day-vault"}
    assert not re.search(f"\x1b|{SECRET}|token=", "".join(archive.log))
