"""A short season with every kind of trouble, kept by nobody: its ledger is the truth at its end."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from gameday.embedded.assembly import deploy_assembly
from gameday.embedded.aws import EmbeddedAws
from gameday.home import Home
from gameday.simulation.calendar import first_day
from gameday.simulation.check import check
from gameday.simulation.drive import CHANGED, lived
from gameday.simulation.season import invent
from gameday.simulation.weather import Trouble
from gameday.simulation.world import Fate
from gameday.steps import Steps
from gameday.vault import Vault
from stacks.settings import Settings
from tests.synthesis import synthesise

DAYS = 11


def test_after_a_season_that_nobody_watched_the_ledger_is_the_truth(code: Path, tmp_path: Path):
    def deploy(context: dict[str, Any], _: Home, aws: EmbeddedAws, __: Steps) -> Vault:
        assembly = synthesise(tmp_path / f"{context['run_time']}", context)
        outputs = deploy_assembly(assembly, aws)
        return Vault(aws, {name: one for stack in outputs.values() for name, one in stack.items()})

    (tmp_path / "home" / "aws").mkdir(parents=True)
    (tmp_path / "home" / "aws" / "code").symlink_to(code)
    season = invent(first_day(date.today()), DAYS, seed=9, games=0.25)
    assert {game.fate for game in season.games} == set(Fate)
    assert set(season.weather.troubles.values()) == set(Trouble)

    quiet = Steps(Console(quiet=True))
    with lived(season, Home(tmp_path / "home"), quiet, deploy=deploy) as seen:
        checked = check(season, seen.vault, quiet, Settings.look_back_days)

        assert [str(one) for one in checked.differences] == []
        assert checked.games["kept"] and checked.games["unavailable"] and checked.games["link_only"]
        assert seen.refused == []
        assert max(seen.provider.calls.values()) <= Settings.provider_calls_per_day
        ringing = Counter(name for _, name, state in seen.mail.alarms if state == "ALARM")
        assert ringing["GameDay - A look back failed"]
        assert seen.mail.digests
        schedules = seen.vault.aws.client("scheduler").list_schedules()["Schedules"]
        looks = [one["Name"] for one in schedules if "MensNcaa" in one["Name"]]
        deployed = seen.vault.aws.client("scheduler").get_schedule(Name=looks[0])
        hour, minute = CHANGED["run_time"].split(":")
        assert deployed["ScheduleExpression"].startswith(f"cron({int(minute)} {int(hour)} ")
        assert seen.vault.aws.now() >= season.ends > season.begins + timedelta(days=DAYS)
