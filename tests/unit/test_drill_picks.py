"""The objects and the day that a drill looks at: chosen by its name, one item at a time."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.drill.picks import DaySample, ObjectSample, parts_kept
from tests.unit.test_as_of import item

DAYS = st.lists(st.tuples(st.sampled_from(["NCAA", "NBA"]), st.integers(1, 28)), max_size=40)


def season(days: list[tuple[str, int]]) -> list[dict]:
    return [
        item(str(number), league=league, game_date=f"2026-01-{day:02}")
        for number, (league, day) in enumerate(days)
    ]


@given(DAYS, st.text(max_size=5))
def test_the_day_is_whole_in_whatever_order_its_items_come(days: list[tuple[str, int]], seed: str):
    items = season(days)
    there, back = DaySample(seed), DaySample(seed)
    for one in items:
        there.see(one)
    for one in reversed(items):
        back.see(one)

    assert there.game_day == back.game_day
    assert there.items == back.items
    if items:
        day = there.game_day
        of_day = [(one["league"], one["game_date"]) for one in items]
        assert len(there.items) == of_day.count((day.league, day.date.isoformat()))
    else:
        assert there.game_day is None


def test_every_day_has_its_turn():
    items = season([("NCAA", day) for day in range(1, 11)])
    chosen = Counter()
    for seed in range(300):
        day = DaySample(str(seed))
        for one in items:
            day.see(one)
        chosen[day.game_day] += 1

    assert len(chosen) == 10
    assert max(chosen.values()) < 60


@given(st.integers(1, 60), st.integers(0, 30), st.text(max_size=5))
def test_a_sample_is_as_large_as_it_can_be_and_always_the_same(size: int, count: int, seed: str):
    items = season([("NCAA", 10)] * count)
    one, other = ObjectSample(seed, size), ObjectSample(seed, size)
    for each in items:
        one.see(each)
    for each in reversed(items):
        other.see(each)

    chosen = one.chosen()
    assert chosen == other.chosen()
    assert len(chosen) == min(size, 3 * count) == len({tuple(c.values()) for c in chosen})


def test_what_is_known_to_be_lost_is_not_looked_for():
    assert parts_kept(item()) == ["video", "rendition", "thumbnail"]
    assert parts_kept(item(video_refused={})) == ["rendition", "thumbnail"]
    assert parts_kept(item(video_refused={"etag": "e"})) == ["rendition", "thumbnail"]
    assert parts_kept(item(rendition_refused=True)) == ["video"]
    assert parts_kept(item(rendition_refused=False)) == ["video", "rendition", "thumbnail"]
    assert parts_kept(item(video=None, rendition=None, thumbnail=None)) == []
