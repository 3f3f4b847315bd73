"""`gameday cost` of a vault that kept a day, and of one that is empty."""

import pytest

from lambdas.highlights.billing import Rendition, normalized_minutes
from tests.e2e.command import Command, Done


def test_a_kept_day_is_priced_by_service_and_by_time(
    kept_command: Command, first_run: tuple[object, Done]
):
    made = [one["rendition"] for one in first_run[1].json["highlights"] if one["rendition"]]
    minutes = sum(
        normalized_minutes(Rendition(one["width"], one["height"], one["duration_seconds"]))
        for one in made
    )

    bill = kept_command.run("cost", "--json").json

    assert minutes > 0
    for time in ("last_run", "month", "season_so_far"):
        assert bill[time]["usage"]["normalized_minutes"] == pytest.approx(minutes), time
        assert bill[time]["services"]["MediaConvert"] == pytest.approx(minutes * 0.0075), time
        assert sum(bill[time]["services"].values()) == pytest.approx(
            bill[time]["dollars"], abs=1e-5
        )
    assert bill["forecast"]["dollars"] >= bill["season_so_far"]["dollars"]
    assert bill["month"]["usage"]["object_gigabyte_months"] > 0
    assert bill["a_month_afterwards"]["usage"]["secret_months"] == 1
    assert bill["a_month_afterwards"]["usage"]["alarm_months"] >= 4


def test_a_vault_in_which_nothing_is_kept_costs_nothing_yet(command: Command):
    done = command.run("cost")

    assert (done.code, done.out) == (0, "Nothing is kept yet, so nothing was paid for.\n")


def test_what_describes_a_plan_is_refused_without_one(command: Command):
    done = command.run("cost", "--clips", "3")

    assert done.code == 2
    assert "--plan" in done.err
