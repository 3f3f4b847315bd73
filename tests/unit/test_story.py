"""A highlight's story: what steps told of it, once each, in order, without secrets."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.season.story import LONGEST, Story, Told, without_secrets
from tests.unit.fakes.sorted_table import SortedTable

NOW = datetime(2026, 1, 11, 14, 30, tzinfo=UTC)
LATER = NOW + timedelta(seconds=5)


def test_a_story_is_read_in_the_order_in_which_it_happened():
    story = Story(SortedTable())
    story.tell("1", LATER, "run-2", Told.STORED, bytes=5, host="video.example")
    story.tell("1", NOW, "run-2", Told.LISTED)
    story.tell("2", NOW, "run-2", Told.LISTED)

    assert [line["what"] for line in story.read("1")] == ["listed", "stored"]
    assert story.read("1")[1] == {
        "at": "2026-01-11T14:30:05.000000+00:00",
        "execution": "run-2",
        "what": "stored",
        "bytes": 5,
        "host": "video.example",
    }


def test_a_step_that_is_tried_again_tells_of_an_event_once():
    story = Story(SortedTable())
    story.tell("1", NOW, "run-1", Told.STORED, bytes=5)
    story.tell("1", LATER, "run-1", Told.STORED, bytes=5)
    story.tell("1", LATER, "run-2", Told.STORED, bytes=5)

    assert [line["execution"] for line in story.read("1")] == ["run-1", "run-2"]


def test_each_attempt_of_one_execution_has_its_line():
    story = Story(SortedTable())
    for attempt in ("a", "b", "b"):
        story.tell("1", NOW, "run-1", Told.DOWNLOAD_ATTEMPT, attempt=attempt, status=503)

    assert len(story.read("1")) == 2


def test_facts_that_are_not_known_are_left_out_and_texts_are_bounded():
    story = Story(SortedTable())
    story.tell("1", NOW, "run-1", Told.FAILED, reason="x" * 10_000, job=None)

    (line,) = story.read("1")
    assert line["reason"] == "x" * LONGEST
    assert "job" not in line


def test_no_signature_and_no_login_is_kept():
    story = Story(SortedTable())
    reason = "https://me:word@video.example/clip.mp4?X-Amz-Signature=abc#t answered\n503"
    story.tell("1", NOW, "run-1", Told.FAILED, reason=reason)

    assert story.read("1")[0]["reason"] == "https://video.example/clip.mp4 answered 503"


@given(st.text(), st.text(alphabet=st.characters(categories=["L", "N"]), min_size=6))
def test_whatever_stands_around_a_url_its_query_is_left_out(around: str, secret: str):
    url = f"https://video.example/a?Signature={secret}"
    assert f"Signature={secret}" not in without_secrets(f"{around} {url} {around}")
