"""What an earlier export left in a folder, which another must not drop from its index."""

from pathlib import Path

from gameday.request import UsageError
from gameday.season.index import NAME
from gameday.season.selection import Survey
from gameday.season.streamed_json import NotReadable, members


def require_something(survey: Survey) -> None:
    """Raise UsageError when a selection was made, and nothing that is kept is of it."""
    if survey.selection.is_part and not survey.highlights:
        raise UsageError("nothing that is kept is so selected; what is kept: gameday status")


def require_no_less(folder: Path, survey: Survey) -> None:
    """Raise UsageError when the index in `folder` names what `survey` does not.

    A new index would not name it either, and who imports the folder would not get it back. An
    index that cannot be read is no obstacle: the next one mends it.
    """
    dropped: list[str] = []
    originals = 0
    try:
        with (folder / NAME).open(encoding="utf-8") as text:
            for name, entry in members(text):
                if name == "highlights" and isinstance(entry, dict) and "id" in entry:
                    if entry["id"] not in survey.digests:
                        dropped.append(str(entry["id"]))
                    files = entry.get("files")
                    originals += isinstance(files, dict) and "video" in files
    except (FileNotFoundError, NotReadable, TypeError):
        return
    if dropped:
        count = "1 highlight" if len(dropped) == 1 else f"{len(dropped):,} highlights"
        raise UsageError(
            f"{folder} holds an export with {count} that this one lacks, such as {dropped[0]}; "
            "export the same selection again, or into another folder"
        )
    if originals and not survey.selection.originals:
        raise UsageError(
            f"{folder} holds an export with originals; go on without --no-originals, or export "
            "into another folder"
        )
