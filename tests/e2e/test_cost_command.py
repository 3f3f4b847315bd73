"""`gameday cost` of a vault that kept a day, and of one that is empty."""

import json
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from gameday import synthesis
from gameday.embedded.aws import EmbeddedAws
from lambdas.highlights.billing import Rendition, normalized_minutes
from stacks.game_days import MONTHS
from tests.e2e.command import Command, Done


@pytest.fixture
def in_season(first_run: tuple[Path, Done], monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the evening of the day on which the run was, in a season that lasts all year."""
    (record,) = first_run[0].glob("aws/objects/**/runs/**/*-????.json")
    day = datetime.fromisoformat(json.loads(record.read_bytes())["reported_at"]).date()
    evening = datetime.combine(day, time(23, 59, 59), UTC)
    context = synthesis.project_context() | {"season_months": list(MONTHS)}
    monkeypatch.setattr(EmbeddedAws, "now", lambda _: evening)
    monkeypatch.setattr(synthesis, "project_context", lambda: context)


@pytest.mark.usefixtures("in_season")
def test_a_kept_day_is_priced_by_service_and_by_time(
    kept_command: Command, first_run: tuple[Path, Done]
):
    made = [one["rendition"] for one in first_run[1].json["highlights"] if one["rendition"]]
    minutes = sum(
        normalized_minutes(Rendition(one["width"], one["height"], one["duration_seconds"]))
        for one in made
    )

    bill = kept_command.run("cost", "--json").json

    assert minutes > 0
    for span in ("last_run", "month", "season_so_far"):
        assert bill[span]["usage"]["normalized_minutes"] == pytest.approx(minutes), span
        assert bill[span]["services"]["MediaConvert"] == pytest.approx(minutes * 0.0075), span
        assert sum(bill[span]["services"].values()) == pytest.approx(
            bill[span]["dollars"], abs=1e-5
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
