"""The page of a game day: one HTML file and its clips, for any browser, without a network."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gameday import wording
from gameday.copies import ReadObject, copy_object, write_text
from gameday.names import id_names

WIDE = 16 / 9
ORDER = ("failed", "paused", "unavailable", "link_only")


@dataclass(frozen=True)
class Media:
    """Where a highlight's clip and its picture are, as URLs relative to the page."""

    video: str
    poster: str


def write_page(record: dict[str, Any], folder: Path, read_object: ReadObject) -> Path:
    """Write `index.html` and `media/` into `folder`; the path of the former.

    record: a run record, as `lambdas.highlights.run_record` makes it. read_object: opens the
    object of a key of the record. Media that stand in `folder` already are not read again.
    Raises CopyError, OSError, and what `read_object` raises.
    """
    names = id_names([highlight["id"] for highlight in record["highlights"]])
    media = {}
    for highlight in record["highlights"]:
        if highlight["status"] == "playable":
            name = names[highlight["id"]]
            place = media[highlight["id"]] = Media(f"media/{name}.mp4", f"media/{name}.jpg")
            copy_object(highlight["rendition"], folder / place.video, read_object)
            copy_object(highlight["thumbnail"], folder / place.poster, read_object)
    page = folder / "index.html"
    write_text(render_page(record, media), page)
    return page


def render_page(
    record: Mapping[str, Any], media: Mapping[str, Media], season_page: str | None = None
) -> str:
    """The HTML of a day, whose playable highlights are where `media` says by their id.

    record: a run record; what it says of the run may be absent. season_page: a URL, for a link to
    the other days. Whatever a title or a reason holds is shown as text, and scripts are forbidden besides.
    """
    highlights = record["highlights"]
    others = [one for one in highlights if one["status"] != "playable"]
    playable = [one for one in highlights if one["status"] == "playable"]
    template = environment().get_template("page.html")
    return template.render(
        record=record,
        season_page=season_page,
        clips=[(one, media[one["id"]]) for one in playable],
        others=sorted(others, key=lambda one: ORDER.index(one["status"])),
        seconds=sum(one["rendition"]["duration_seconds"] for one in playable),
        bytes=sum(one["rendition"]["bytes"] for one in playable),
    )


def environment() -> Environment:
    """Renders the templates beside this file, in which everything is text unless it is marked."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["words"] = wording
    environment.tests["wide"] = _is_wide
    return environment


def _is_wide(rendition: Mapping[str, Any]) -> bool:
    """Whether a clip fills the frame that the page gives it."""
    width, height = rendition.get("width"), rendition.get("height")
    return not (width and height) or isclose(width / height, WIDE, rel_tol=0.02)
