"""Reads the table's exports back: what there are, and the items that they hold.

    exports = list(complete_exports(archive))    # newest first
    chain = newest_chain(exports)                # a full export, and what changed since
    for item in read_export(archive, chain):     # each item once, in any order
        ...

Whoever wrote an export, DynamoDB or `export_writer`, it is read alike. Every file is held against
its manifest before anything of it is given out. Data files pass through a temporary file, and of
items only the keys of those that incremental exports change are held.
"""

import binascii
import gzip
import hashlib
import json
import tempfile
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

from boto3.dynamodb.types import TypeDeserializer

from lambdas.highlights import export_layout as layout
from lambdas.highlights.archive import ABSENT, Archive
from lambdas.highlights.errors import ExportDamaged
from lambdas.highlights.export_layout import DataFile, Export, Typed
from lambdas.highlights.ledger import Item

IN_MEMORY = 8 * 1024 * 1024  # bytes of a data file, before it is put on disk
CHUNK = 1024 * 1024

Key = tuple[str, ...]


def complete_exports(archive: Archive) -> Iterator[Export]:
    """The exports that are complete, newest first; each is read as it is asked for.

    Raises ExportDamaged when a summary is not what it was.
    """
    for id_ in sorted(_ids(archive), reverse=True):
        body = _find(archive, layout.summary_key(id_))
        if body is not None:  # else it is being written, or was given up
            yield _summary(archive, id_, body)


def newest_chain(exports: Iterable[Export], table_id: str | None = None) -> list[Export]:
    """The newest full export, then those of what changed since, without a gap; or nothing.

    exports: newest first; no more are read than are needed. table_id: only those of this table,
    not of one of the same name before or after it.
    """
    later: list[Export] = []
    for export in exports:
        if table_id not in (None, export.table_id):
            continue
        if export.is_full:
            return _follow(export, later)
        later.append(export)
    return []


def chain_to(exports: Iterable[Export], id_: str) -> list[Export]:
    """What must be read to have the table as of the end of the export `id_`.

    exports: newest first. Raises ExportDamaged when it is not there, or lacks one before it.
    """
    wanted: Export | None = None
    later: list[Export] = []
    for export in exports:
        if export.id == id_:
            wanted = export
        if wanted is None or export.table_id != wanted.table_id or export.until > wanted.until:
            continue
        if not export.is_full:
            later.append(export)
            continue
        chain = _follow(export, later)
        if chain[-1].until == wanted.until:
            return chain
        break
    if wanted is None:
        raise ExportDamaged(f"there is no complete export {id_}")
    raise ExportDamaged(
        f"the export {id_} holds changes since {wanted.since:%Y-%m-%d %H:%M} UTC, and no other "
        "export holds the table as of then; use another export"
    )


def read_export(archive: Archive, chain: Sequence[Export]) -> Iterator[Item]:
    """Each item as of the end of the chain once, in any order, numbers as Decimal.

    chain: see `newest_chain`. Raises ExportDamaged.
    """
    deserialize = TypeDeserializer().deserialize
    for item in read_typed(archive, chain):
        yield {name: deserialize(value) for name, value in item.items()}


def read_typed(archive: Archive, chain: Sequence[Export]) -> Iterator[Typed]:
    """The same, typed as DynamoDB's API takes and gives items."""
    if not chain:
        raise ExportDamaged("there is no complete export of all items that could be read")
    full, *later = chain
    names, last_words = _last_words(archive, later)
    for line in _lines(archive, full):
        item = layout.image(line["Item"])
        if not names or _key(item, names) not in last_words:
            yield item
    for number, export in enumerate(later):
        for line in _lines(archive, export):
            is_last = last_words[_key(line["Keys"], names)] == (number, _written(line))
            if is_last and "NewImage" in line:
                yield layout.image(line["NewImage"])


def _last_words(
    archive: Archive, exports: Sequence[Export]
) -> tuple[tuple[str, ...], dict[Key, tuple[int, int]]]:
    """Which export, and which write, says last what became of each changed item."""
    names: tuple[str, ...] = ()
    found: dict[Key, tuple[int, int]] = {}
    for number, export in enumerate(exports):
        for line in _lines(archive, export):
            names = names or tuple(sorted(line["Keys"]))
            key = _key(line["Keys"], names)
            found[key] = max(found.get(key, (-1, 0)), (number, _written(line)))
    return names, found


def _key(item: Mapping[str, Any], names: Sequence[str]) -> Key:
    return tuple(str(value) for name in names for value in item[name].values())


def _written(line: Mapping[str, Any]) -> int:
    return int(line["Metadata"]["WriteTimestampMicros"]["N"])


def _follow(full: Export, later: Iterable[Export]) -> list[Export]:
    """`full` and those of `later` that go on where the one before ends."""
    chain = [full]
    changes = [one for one in later if one.since and one.table_id == full.table_id]
    for export in sorted(changes, key=lambda one: (one.until, one.since)):
        if export.since <= chain[-1].until < export.until:
            chain.append(export)
    return chain


def _ids(archive: Archive) -> Iterator[str]:
    start: dict[str, str] = {}
    while True:
        page = archive.s3.list_objects_v2(
            Bucket=archive.bucket, Prefix=layout.FOLDER, Delimiter="/", **start
        )
        for group in page.get("CommonPrefixes", []):
            id_ = group["Prefix"].removeprefix(layout.FOLDER).rstrip("/")
            if id_ != "data":
                yield id_
        if not page.get("IsTruncated"):
            return
        start = {"ContinuationToken": page["NextContinuationToken"]}


def _summary(archive: Archive, id_: str, body: bytes) -> Export:
    key = layout.summary_key(id_)
    _require_checksum(archive, id_, key, body)
    try:
        return layout.read_summary(body)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(id_, key, f"cannot be read ({error})") from error


def _lines(archive: Archive, export: Export) -> Iterator[dict[str, Any]]:
    """The lines of an export's data files, each file checked before its first line."""
    total = 0
    for file in _files(archive, export):
        with _checked(archive, export, file) as body:
            count = 0
            try:
                with gzip.open(body) as lines:
                    for line in lines:
                        count += 1
                        yield json.loads(line)
            except (OSError, EOFError, ValueError, zlib.error) as error:
                raise _damaged(export.id, file.key, f"cannot be read ({error})") from error
        if count != file.items:
            raise _damaged(export.id, file.key, f"has {count:,} items instead of {file.items:,}")
        total += count
    if total != export.items:
        raise _damaged(
            export.id, export.files_key, f"lists {total:,} items instead of {export.items:,}"
        )


def _files(archive: Archive, export: Export) -> list[DataFile]:
    body = _find(archive, export.files_key)
    if body is None:
        raise _damaged(export.id, export.files_key, "is gone")
    _require_checksum(archive, export.id, export.files_key, body)
    try:
        return layout.read_files(body, export.prefix)
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(export.id, export.files_key, f"cannot be read ({error})") from error


@contextmanager
def _checked(archive: Archive, export: Export, file: DataFile) -> Iterator[IO[bytes]]:
    """A data file whose bytes are those of which the manifest tells."""
    digest = hashlib.md5(usedforsecurity=False)
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as body:
        stream = _open(archive, file.key)
        if stream is None:
            raise _damaged(export.id, file.key, "is gone")
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            body.write(chunk)
        if b64encode(digest.digest()).decode() != file.md5:
            raise _damaged(export.id, file.key, "has other bytes than the manifest says")
        body.seek(0)
        yield body


def _require_checksum(archive: Archive, id_: str, key: str, body: bytes) -> None:
    """Hold a manifest against the MD5 beside it, whose name and notation have varied."""
    checksum_key = layout.checksum_key(key)
    said = _find(archive, checksum_key)
    if said is None:
        said = _find(archive, checksum_key.removesuffix("md5") + "checksum")
    if said is None:
        raise _damaged(id_, checksum_key, "is gone")
    in_base64 = layout.md5(body)
    in_hexadecimal = binascii.hexlify(binascii.a2b_base64(in_base64)).decode()
    if said.decode(errors="replace").strip() not in (in_base64, in_hexadecimal):
        raise _damaged(id_, key, f"has other bytes than {checksum_key} says")


def _find(archive: Archive, key: str) -> bytes | None:
    stream = _open(archive, key)
    return None if stream is None else stream.read()


def _open(archive: Archive, key: str) -> Any:
    try:
        return archive.read(key)
    except archive.s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in ABSENT:
            return None
        raise


def _damaged(id_: str, key: str, what: str) -> ExportDamaged:
    return ExportDamaged(
        f"the export {id_} is damaged: {key} {what}; use another export, or bring the file back "
        "from its earlier version"
    )
