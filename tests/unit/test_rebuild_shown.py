"""What a rebuild says before it begins, and of what did not come back."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from gameday.commands.replacing import require_words
from gameday.rebuild import Rebuilt
from gameday.rebuild_plan import Plan
from gameday.rebuild_shown import MOST_SHOWN, as_json, plan_in_words, print_rebuilt
from gameday.request import UsageError
from lambdas.highlights.comparison import Comparison

PLAN = Plan(
    bucket="archive",
    table="clips-rebuilt-20260120T090000",
    live="clips",
    in_place=False,
    is_there=False,
    is_begun=False,
    days=150,
    sidecars=6_000,
    sidecar_bytes=6_000_000,
    objects=24_000,
)
WHOLE = Rebuilt(PLAN, Comparison(6_000, 6_000), named=18_000)


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (PLAN, ["makes the table clips-rebuilt", "clips, is left as it is"]),
        (replace(PLAN, live=None), ["makes the table", "is gone; --in-place"]),
        (replace(PLAN, is_there=True, is_begun=True), ["goes on with the table"]),
        (
            replace(PLAN, table="clips", in_place=True, is_there=True),
            ["fills the table clips, which is empty", "let no run"],
        ),
    ],
)
def test_a_plan_says_what_becomes_of_which_table(plan: Plan, said: list[str]):
    words = " ".join(plan_in_words(plan))

    assert all(one in words for one in [*said, "6,000 sidecars of 150 game days in archive"])


def test_time_and_cost_follow_the_sidecars():
    # 54 listings, 6,000 GETs, 6,000 items of 1 KB written with their index, 1,465 blocks read.
    expected = 54 * 5e-6 + 6_000 * 0.4e-6 + 17_859 * 0.625e-6 + 1_465 * 0.125e-6

    assert PLAN.dollars == pytest.approx(expected, rel=1e-3)
    assert PLAN.seconds == 30 + 30
    assert replace(PLAN, is_there=True).seconds == 30


def shown(done: Rebuilt) -> str:
    out = io.StringIO()
    print_rebuilt(done, Console(file=out, width=200))
    return out.getvalue()


def test_what_came_back_whole_says_what_is_left_to_do():
    assert "clips was left as it is" in shown(WHOLE)

    in_place = replace(WHOLE, plan=replace(PLAN, table="clips", in_place=True))
    assert "gameday backups make" in shown(in_place)


def test_each_loss_is_named_and_many_are_counted():
    lost = {f"videos/NCAA/2026-01-10/{number}.mp4": "missing" for number in range(50)}
    done = replace(WHOLE, lost=lost, damaged={"a.json": "a.json is no sidecar: it is no JSON"})

    text = shown(done)

    assert done.exit_code == 1
    assert text.count("missing") == MOST_SHOWN + 1
    assert f"and {50 - MOST_SHOWN} more" in text
    assert "damaged    a.json  is no sidecar" in text
    assert len(as_json(done)["objects"]["different"]) == 50


def test_words_are_asked_for_and_nothing_else_will_do():
    require_words("clips", "replace clips", err=False)
    for said in ("yes", "replace", "replace clip"):
        with pytest.raises(UsageError, match="nothing was changed"):
            require_words("clips", said, err=False)
