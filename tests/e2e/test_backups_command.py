"""`gameday backups`, through the AWS that the environment names."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gameday.cli import main
from tests.e2e.conftest import Pipeline

CLIP = 412380371


@pytest.fixture
def vault(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """The deployment, which keeps the newest three backups, as the environment's account."""
    for name, value in pipeline.aws.environment().items():
        monkeypatch.setenv(name, value)
    pipeline.list_only(CLIP)
    return pipeline


def backups(*line: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(main, ["backups", "--aws", *line], input=answer)


def facts(*line: str) -> dict[str, Any]:
    done = backups(*line, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def add(vault: Pipeline, *stamps: str) -> list[str]:
    """Backups as runs of other times made them, all dated now."""
    dynamodb, table = vault.aws.client("dynamodb"), vault.vault.table
    names = [f"{table}-202601{stamp}Z" for stamp in stamps]
    for name in names:
        dynamodb.create_backup(TableName=table, BackupName=name)
    return names


def listed(vault: Pipeline) -> set[str]:
    summaries = vault.aws.client("dynamodb").list_backups()["BackupSummaries"]
    return {one["BackupName"] for one in summaries}


def test_a_pinned_backup_outlives_rotation_and_an_unpinned_one_does_not(vault: Pipeline):
    pinned, other, *_ = add(vault, *(f"01T0{hour}0000" for hour in range(5)))

    assert backups("pin", "01T000000Z", "--note", "the start").exit_code == 0
    run = vault.run()

    assert run.record["backup"]["deleted"] == [other, pinned.replace("01T00", "01T02")]
    found = facts()
    assert found["policy"] == {"newest": 3, "daily": 0, "weekly": 0, "monthly": 0}
    assert [one["tiers"] for one in found["backups"]] == [[], *3 * [["newest"]]]
    assert found["backups"][0]["pin"]["note"] == "the start"
    assert found["to_delete"] == []
    assert f"pins/{pinned}.json" in vault.objects().values()

    assert facts("unpin", "01T000000Z")["was_pinned"]
    assert facts()["to_delete"] == [pinned]


def test_rotation_by_hand_shows_asks_and_deletes_what_it_showed(vault: Pipeline):
    dynamodb, table = vault.aws.client("dynamodb"), vault.vault.table
    dynamodb.create_backup(TableName=table, BackupName="before-the-season")
    names = add(vault, *(f"01T0{hour}0000" for hour in range(5)))
    going = names[:2]

    shown = backups("--dry-run").output
    assert all(f"01T0{hour}0000Z" in shown for hour in range(2)), shown
    assert facts("rotate", "--dry-run")["to_delete"] == going
    refused = backups("rotate", answer="n\n")
    assert "delete 2 backups" in refused.output
    assert refused.exit_code == 130 and "nothing was changed" in refused.output
    assert backups("rotate").exit_code == 2
    assert listed(vault) == {*names, "before-the-season"}

    done = facts("rotate", "--yes")
    assert (done["deleted"], done["kept"]) == (going, 3)
    assert listed(vault) == {*names[2:], "before-the-season"}
    assert "deletes nothing" in backups("rotate").output


def test_a_backup_made_by_hand_can_be_restored_and_is_listed(vault: Pipeline):
    made = facts("make")

    assert (made["status"], made["was_under_way"]) == ("AVAILABLE", False)
    assert listed(vault) == {made["name"]}
    assert made["name"].rpartition("-")[2] in backups().output


def test_a_name_with_a_typo_is_wrong_usage_and_pins_nothing(vault: Pipeline):
    add(vault, "01T000000")

    done = backups("pin", "20260101T000001Z")

    assert done.exit_code == 2
    assert "did you mean 20260101T000000Z?" in done.output
    assert vault.objects("pins/") == {}


def test_a_clock_that_is_behind_keeps_everything(vault: Pipeline):
    from datetime import UTC, datetime

    from gameday.backups import overview, rotate_now

    names = add(vault, *(f"01T0{hour}0000" for hour in range(5)))
    now = datetime(2026, 1, 1, tzinfo=UTC)

    done = rotate_now(vault.vault, overview(vault.vault, now).plan, now, lambda deleted: None)

    assert "set the clock right" in (done.held or "")
    assert listed(vault) == set(names)
