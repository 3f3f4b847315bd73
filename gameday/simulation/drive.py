"""Lets an invented season pass on the embedded AWS, with nobody watching."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from gameday.deployment import deploy_context
from gameday.embedded.aws import EmbeddedAws
from gameday.embedded.passing import let_pass
from gameday.home import Home
from gameday.simulation.clips import season_clips
from gameday.simulation.provider import SeasonProvider
from gameday.simulation.season import Season, midnight
from gameday.simulation.told import Mail
from gameday.simulation.weather import Trouble
from gameday.steps import Step, Steps
from gameday.synthesis import project_context
from gameday.vault import Vault

KEY, WRONG_KEY = "the-key-of-the-season", "a-key-of-nobody"

# Longer waits of state machines are passed over by the clock; these would only cost time.
WAIT_SCALE = 0.001
PORT = 24_680  # so that the addresses of clips are the same each time; another if it is taken

SETTINGS = {"limit": 40, "provider_host": "", "drill_sample": 5}
CHANGED = {"run_time": "08:45"}
"""What is deployed in the middle: the looks are forty-five minutes earlier from that day on."""


Deploy = Callable[[dict[str, Any], Home, EmbeddedAws, Steps], Vault]


@dataclass
class Lived:
    """What was seen of a season while it passed.

    seconds: of this machine's, by day. fired: how many schedules; refused: those that reached
    nothing, and why.
    """

    season: Season
    vault: Vault
    provider: SeasonProvider
    mail: Mail
    seconds: dict[date, float] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    fired: int = 0


@contextlib.contextmanager
def lived(
    season: Season, home: Home, steps: Steps, *, deploy: Deploy = deploy_context
) -> Iterator[Lived]:
    """The season when it is over: the vault, still running, and the provider.

    deploy: brings the stacks with the settings of a CDK context into the embedded AWS of `home`.
    Raises StillWorking when something hangs.
    """
    home.create()
    with contextlib.ExitStack() as stack:
        clips = season_clips(home.folder / "clips")
        aws = stack.enter_context(EmbeddedAws(home.state, wait_scale=WAIT_SCALE))
        provider = stack.enter_context(_provider(season, clips, aws))
        aws.shift_clock(season.begins)
        vault = deploy(_settings(provider), home, aws, steps)
        vault.set_provider_key(KEY)
        seen = Lived(season, vault, provider, Mail(aws, vault.notices))

        def change() -> None:
            deploy(_settings(provider) | CHANGED, home, aws, Steps(Console(quiet=True)))

        with steps.step("season", f"{season.days} days") as step:
            _pass(seen, aws, step, change)
        yield seen


def _provider(season: Season, clips: dict[str, Path], aws: EmbeddedAws) -> SeasonProvider:
    def made(port: int) -> SeasonProvider:
        return SeasonProvider(season.games, season.weather, clips, key=KEY, now=aws.now, port=port)

    try:
        return made(PORT)
    except OSError:
        return made(0)


def _settings(provider: SeasonProvider) -> dict[str, Any]:
    address = {"provider_url": provider.url, "allowed_private_hosts": ["127.0.0.1"]}
    return project_context() | SETTINGS | address


def _pass(seen: Lived, aws: EmbeddedAws, step: Step, change: Callable[[], None]) -> None:
    season, weather = seen.season, seen.season.weather
    now = season.begins
    for number in range(season.days + 1):
        began, day = time.monotonic(), season.first + timedelta(days=number)
        step.tell(f"{day:%d %B %Y}")
        wrong = weather.troubles.get(day) is Trouble.WRONG_KEY
        seen.vault.set_provider_key(WRONG_KEY if wrong else KEY)
        if day == weather.deployed:
            change()
        now = _until(seen, aws, now, min(midnight(day + timedelta(days=1)), season.ends))
        seen.mail.read()
        seen.seconds[day] = time.monotonic() - began
    step.tell(f"{seen.fired} schedules fired")


def _until(seen: Lived, aws: EmbeddedAws, now: datetime, end: datetime) -> datetime:
    for firing in let_pass(aws, now, end):
        seen.fired += 1
        if firing.error:
            seen.refused.append(f"{firing.time:%Y-%m-%d %H:%M} {firing.schedule}: {firing.error}")
    return end
