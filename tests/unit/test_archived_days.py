"""An archive is walked through day by day, in S3's own order of keys."""

from collections.abc import Iterator

from gameday.archived_days import archived_days
from lambdas.highlights.verification import StoredObject

KEYS = [
    "highlights/NCAA/2026-01-10/0123.json",
    "processed_videos/NCAA/2026-01-10/1.mp4",
    "processed_videos/NCAA/2026-01-12/3.mp4",
    "runs/NCAA/2026-01-10/first.json",
    "thumbnails/NCAA/2026-01-10/1.0000000.jpg",
    "thumbnails/NCAA-W/2026-01-10/4.0000000.jpg",
    "videos/NCAA/2026-01-10/1.json",
    "videos/NCAA/2026-01-10/1.mp4",
    "videos/NCAA/2026-01-10/2.json",
    "videos/NCAA/2026-01-11/url-5.webm",
    "videos/NCAA-W/2026-01-10/4.json",
    "videos/what-is-it.mp4",
]


class Bucket:
    """Keys, each with an object as long as its key; `listed` are those that were handed out."""

    def __init__(self, keys: list[str]):
        self.keys = sorted(keys, key=str.encode)
        self.listed: list[str] = []

    def objects(self, prefix: str) -> Iterator[StoredObject]:
        for key in self.keys:
            if key.startswith(prefix):
                self.listed.append(key)
                yield StoredObject(key, len(key), '""')


def test_each_day_has_all_of_its_objects_and_no_others():
    days = {day.folder: sorted(day.objects) for day in archived_days(Bucket(KEYS).objects)}

    assert days == {
        "NCAA-W/2026-01-10": [
            "thumbnails/NCAA-W/2026-01-10/4.0000000.jpg",
            "videos/NCAA-W/2026-01-10/4.json",
        ],
        "NCAA/2026-01-10": [
            "processed_videos/NCAA/2026-01-10/1.mp4",
            "thumbnails/NCAA/2026-01-10/1.0000000.jpg",
            "videos/NCAA/2026-01-10/1.json",
            "videos/NCAA/2026-01-10/1.mp4",
            "videos/NCAA/2026-01-10/2.json",
        ],
        "NCAA/2026-01-11": ["videos/NCAA/2026-01-11/url-5.webm"],
        "NCAA/2026-01-12": ["processed_videos/NCAA/2026-01-12/3.mp4"],
    }


def test_sidecars_are_known_and_so_is_what_has_none():
    days = {day.folder: day for day in archived_days(Bucket(KEYS).objects)}

    assert days["NCAA/2026-01-10"].sidecars() == [
        "videos/NCAA/2026-01-10/1.json",
        "videos/NCAA/2026-01-10/2.json",
    ]
    assert days["NCAA/2026-01-10"].without_sidecar() == []
    assert days["NCAA/2026-01-11"].without_sidecar() == ["videos/NCAA/2026-01-11/url-5.webm"]


def test_no_more_than_a_day_is_held():
    many = [f"videos/NCAA/2026-01-{day:02}/{clip}.json" for day in range(1, 31) for clip in "123"]
    bucket = Bucket(many)

    assert next(archived_days(bucket.objects)).folder == "NCAA/2026-01-01"
    assert len(bucket.listed) <= 4
