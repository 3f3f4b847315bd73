"""An export gives back what was written to it, and what is damaged gives nothing."""

import base64
import gzip
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.highlights import export_layout as layout
from lambdas.highlights.archive import Archive
from lambdas.highlights.errors import ExportDamaged
from lambdas.highlights.export_layout import Export, Typed
from lambdas.highlights.export_writer import own_arn, write_export
from lambdas.highlights.table_export import (
    chain_to,
    complete_exports,
    newest_chain,
    read_export,
    read_typed,
)
from tests.unit.fakes.bucket import FakeBucket

START = datetime(2026, 1, 11, 14, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/clips"

texts = st.text(max_size=5)
values = st.recursive(
    st.one_of(
        texts.map(lambda text: {"S": text}),
        st.integers(-(10**37), 10**37).map(lambda number: {"N": str(number)}),
        st.binary(max_size=5).map(lambda body: {"B": body}),
        st.just({"BOOL": False}),
        st.just({"NULL": True}),
        st.just({"BS": [b"", b"\xff"]}),
        st.just({"SS": ["", "\N{BASKETBALL AND HOOP}"]}),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2).map(lambda members: {"L": members}),
        st.dictionaries(texts, inner, max_size=2).map(lambda members: {"M": members}),
    ),
    max_leaves=3,
)
typed_items = st.dictionaries(
    st.text(min_size=1, max_size=3), st.dictionaries(texts, values, max_size=3), max_size=5
)


def clip(id_: str, title: str = "first") -> Typed:
    return {"id": {"S": id_}, "title": {"S": title}}


class Vault:
    """An archive with exports; each one ends an hour after the one before."""

    def __init__(self) -> None:
        self.bucket = FakeBucket()
        self.archive = Archive(self.bucket, "vault")
        self.time = START

    def full(self, *items: Typed, table_id: str = "table-1", **settings: int) -> Export:
        """Write an export of all items in pages of two."""
        self.time += HOUR
        pages = [items[start : start + 2] for start in range(0, len(items), 2)]
        return write_export(
            self.archive,
            pages,
            arn=own_arn(TABLE, self.time, "0a1b2c3d"),
            table_arn=TABLE,
            table_id=table_id,
            now=lambda: self.time,
            **settings,
        )

    def changes(
        self, since: datetime, *changed: Typed | str, table_id: str = "table-1", **prefix: str
    ) -> Export:
        """Write what DynamoDB does of changed items, and of the ids of deleted ones."""
        self.time += HOUR
        micros = {"WriteTimestampMicros": {"N": str(int(self.time.timestamp() * 1_000_000))}}
        lines = [
            {"Metadata": micros, "Keys": {"id": {"S": one}}, "OldImage": clip(one)}
            if isinstance(one, str)
            else {"Metadata": micros, "Keys": {"id": one["id"]}, "NewImage": one}
            for one in changed
        ]
        body = gzip.compress(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        return self.put_export(since, {"a": (len(lines), body), "b": (0, b"")}, table_id=table_id)

    def put_export(
        self, since: datetime | None, files: dict[str, tuple[int, bytes]], table_id: str = "table-1"
    ) -> Export:
        """Store files and manifests in the form of DynamoDB's documentation."""
        arn = own_arn(TABLE, self.time, "d0d0d0d0")
        id_ = layout.export_id(arn)
        entries = []
        for name, (items, body) in files.items():
            key = f"AWSDynamoDB/data/{id_}{name}.json.gz"
            self.bucket.objects[f"exports/{key}"] = body
            entry = {"itemCount": items, "md5Checksum": layout.md5(body)}
            entries.append({**entry, "etag": "5c-1", "dataFileS3Key": key})
        times = {"exportTime": f"{self.time:%Y-%m-%dT%H:%M:%S}.000Z"}
        if since:
            times = {
                "exportFromTime": f"{since:%Y-%m-%dT%H:%M:%S}.000Z",
                "exportToTime": f"{self.time:%Y-%m-%dT%H:%M:%S}.000Z",
            }
        summary = {
            "version": "2023-08-01",
            "exportArn": arn,
            "tableArn": TABLE,
            "tableId": table_id,
            **times,
            "s3Prefix": "exports",
            "manifestFilesS3Key": f"AWSDynamoDB/{id_}/manifest-files.json",
            "itemCount": sum(items for items, _ in files.values()),
        }
        manifest = "".join(json.dumps(entry) + "\n" for entry in entries).encode()
        self.put_manifest(layout.files_key(id_), manifest)
        self.put_manifest(layout.summary_key(id_), json.dumps(summary).encode())
        return layout.read_summary(json.dumps(summary).encode())

    def put_manifest(self, key: str, body: bytes) -> None:
        self.bucket.objects[key] = body
        self.bucket.objects[layout.checksum_key(key)] = layout.md5(body).encode()

    def exports(self) -> Iterator[Export]:
        return complete_exports(self.archive)

    def titles(self, chain: list[Export]) -> dict[str, str]:
        items = list(read_export(self.archive, chain))
        assert len({item["id"] for item in items}) == len(items)
        return {item["id"]: item["title"] for item in items}


@pytest.fixture
def vault() -> Vault:
    return Vault()


@settings(max_examples=40)
@given(typed_items, st.integers(1, 500))
def test_every_item_comes_back_as_it_was(by_id: dict[str, Typed], largest_file: int):
    vault = Vault()
    items = {id_: {**item, "id": {"S": id_}} for id_, item in by_id.items()}

    export = vault.full(*items.values(), largest_file=largest_file)

    assert list(vault.exports()) == [export]
    assert {item["id"]["S"]: item for item in read_typed(vault.archive, [export])} == items
    deserialize = TypeDeserializer().deserialize
    assert list(read_export(vault.archive, [export])) == [
        {name: deserialize(value) for name, value in item.items()} for item in items.values()
    ]


def test_an_export_of_nothing_is_an_export(vault: Vault):
    export = vault.full()

    assert list(vault.exports()) == [export]
    assert list(read_export(vault.archive, [export])) == []


def test_a_table_is_written_in_files_of_a_certain_size(vault: Vault):
    export = vault.full(*(clip(str(number)) for number in range(5)), largest_file=1)

    data = [key for key in vault.bucket.written if "/data/" in key]
    assert len(data) == 5
    assert export.items == 5


def test_what_makes_an_export_complete_is_written_last(vault: Vault):
    export = vault.full(clip("1"))
    keys = vault.bucket.written

    assert keys[-1] == layout.summary_key(export.id)
    assert keys.index(layout.files_key(export.id)) < keys.index(
        layout.checksum_key(layout.summary_key(export.id))
    )
    del vault.bucket.objects[keys[-1]]
    assert list(vault.exports()) == []


def test_another_attempt_writes_the_same_objects(vault: Vault):
    vault.full(clip("1"), clip("2"))
    first = dict(vault.bucket.objects)
    vault.time -= HOUR

    vault.full(clip("1"), clip("2"))

    assert vault.bucket.objects == first


def test_what_changed_later_replaces_adds_and_removes(vault: Vault):
    full = vault.full(clip("kept"), clip("changed"), clip("removed"), clip("back"))
    first = vault.changes(full.until, clip("changed", "second"), clip("new"), "back")
    second = vault.changes(first.until, clip("changed", "third"), "removed", clip("back", "third"))
    vault.changes(second.until + HOUR, clip("after a gap"))

    chain = newest_chain(vault.exports())

    assert chain == [full, first, second]
    assert vault.titles(chain) == {
        "kept": "first",
        "changed": "third",
        "new": "first",
        "back": "third",
    }
    assert vault.titles(chain_to(vault.exports(), first.id)) == {
        "kept": "first",
        "changed": "second",
        "new": "first",
        "removed": "first",
    }


def test_windows_may_overlap(vault: Vault):
    full = vault.full(clip("1"))
    first = vault.changes(full.until, clip("1", "second"))
    second = vault.changes(first.until - HOUR / 2, clip("1", "third"))

    assert vault.titles(newest_chain(vault.exports())) == {"1": "third"}
    assert chain_to(vault.exports(), second.id) == [full, first, second]


def test_a_later_full_export_stands_for_itself(vault: Vault):
    full = vault.full(clip("1"))
    vault.changes(full.until, clip("1", "second"))
    newest = vault.full(clip("1", "third"))

    assert newest_chain(vault.exports()) == [newest]


def test_tables_of_one_name_are_kept_apart(vault: Vault):
    full = vault.full(clip("1"))
    vault.changes(full.until, clip("1", "other"), table_id="table-2")

    assert newest_chain(vault.exports()) == [full]
    assert newest_chain(vault.exports(), "table-2") == []


def test_an_export_that_lacks_those_before_it_is_refused(vault: Vault):
    alone = vault.changes(START, clip("1"))

    assert newest_chain(vault.exports()) == []
    with pytest.raises(ExportDamaged, match="no complete export of all items"):
        vault.titles([])
    with pytest.raises(ExportDamaged, match="no other export holds the table"):
        chain_to(vault.exports(), alone.id)
    with pytest.raises(ExportDamaged, match="no complete export"):
        chain_to(vault.exports(), "01234567890123-aaaaaaaa")


@pytest.mark.parametrize("what", ["manifest-summary.json", "manifest-files.json", "data/"])
@pytest.mark.parametrize("damage", ["changed", "cut", "gone"])
def test_a_damaged_export_is_refused_before_an_item_of_the_file(
    vault: Vault, what: str, damage: str
):
    export = vault.full(clip("1"), clip("2"))
    [key] = [key for key in vault.bucket.objects if what in key]
    body = vault.bucket.objects[key]
    changed = body[:-1] + bytes([body[-1] ^ 1])
    vault.bucket.objects[key] = changed if damage == "changed" else body[: len(body) // 2]
    if damage == "gone":
        del vault.bucket.objects[key]
        if what == "manifest-summary.json":
            assert list(vault.exports()) == []
            return

    with pytest.raises(ExportDamaged) as refused:
        found = list(vault.exports())
        next(read_export(vault.archive, found))

    assert export.id in str(refused.value)
    assert key in str(refused.value)


def test_a_manifest_that_lists_fewer_files_than_were_written_is_refused(vault: Vault):
    export = vault.full(clip("1"), clip("2"), largest_file=1)
    manifest = vault.bucket.objects[export.files_key].splitlines(keepends=True)
    vault.put_manifest(export.files_key, manifest[0])

    with pytest.raises(ExportDamaged, match="lists 1 items instead of 2"):
        list(read_export(vault.archive, [export]))


@pytest.mark.parametrize("notation", ["base64", "hexadecimal"])
def test_checksums_are_read_under_the_names_and_in_the_notations_they_have_had(
    vault: Vault, notation: str
):
    export = vault.full(clip("1"))
    for key in [key for key in vault.bucket.objects if key.endswith(".md5")]:
        said = vault.bucket.objects.pop(key)
        if notation == "hexadecimal":
            said = base64.b64decode(said).hex().encode()
        vault.bucket.objects[key.replace(".md5", ".checksum")] = said + b"\n"

    assert list(vault.exports()) == [export]


def test_every_file_of_an_export_is_known_by_its_name(vault: Vault):
    full = vault.full(clip("1"))
    vault.changes(full.until, clip("1"))

    assert all(layout.EXPORT_FILE.fullmatch(key) for key in vault.bucket.objects)
    for other in ("exports/clips.csv", "exports/AWSDynamoDB/x/manifest-summary.json"):
        assert not layout.EXPORT_FILE.fullmatch(other)


def test_memory_does_not_grow_with_the_table(vault: Vault):
    def peak(items: int) -> int:
        def pages() -> Iterator[list[dict[str, Any]]]:
            for page in range(items // 100):
                yield [clip(f"{page}-{one}", "x" * 1000) for one in range(100)]

        tracemalloc.start()
        written = write_export(
            vault.archive,
            pages(),
            arn=own_arn(TABLE, START, f"{items:08x}"),
            table_arn=TABLE,
            table_id="table-1",
            now=lambda: START,
        )
        assert sum(1 for _ in read_export(vault.archive, [written])) == items
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    small = peak(500)
    assert peak(5000) < 2 * small
