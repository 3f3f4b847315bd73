"""What a person asks `gameday run` for: options, the environment, or the sample day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from gameday.embedded.sample import SAMPLE_KEY, SampleDay
from lambdas.highlights.errors import InvalidInput
from lambdas.highlights.game_day import GameDay, game_day_of
from stacks.settings import Settings, SettingsError

OPTIONS = {
    "leagues": "--league",
    "limit": "--limit",
    "provider_url": "--api-url",
    "provider_host": "--api-host",
    "allowed_private_hosts": "--allow-host",
}
# The embedded AWS is one region, and AWS Backup in it never makes a backup.
ONE_PLACE = {"replica_region": "", "replica_lock_days": 0, "aws_backup_days": 0}


class UsageError(ValueError):
    """The command was called in a way that cannot work; the text says how it can."""


@dataclass(frozen=True)
class Options:
    """The options of `gameday run` as given; None and () where they were not."""

    date: str | None = None
    leagues: Sequence[str] = ()
    limit: str | None = None
    api_url: str | None = None
    api_host: str | None = None
    api_key: str | None = None
    allow_hosts: Sequence[str] = ()


@dataclass(frozen=True)
class RunRequest:
    """What to run. sample: whether the sample day's provider on this machine is asked.

    context: the settings as the CDK takes them, checked. key: the provider's.
    """

    game_days: tuple[GameDay, ...]
    context: dict[str, Any]
    settings: Settings
    key: str
    sample: bool


def run_request(
    options: Options, project_context: Mapping[str, Any], now: datetime, sample_url: str | None
) -> RunRequest:
    """Understand `options`; raises UsageError.

    sample_url: where the sample day's provider listens; None when the options name a provider.
    """
    context = dict(project_context) | ONE_PLACE
    leagues = list(options.leagues)
    if sample_url is not None:
        context |= {"provider_url": sample_url, "provider_host": ""}
        leagues = leagues or [SampleDay.league]
    elif options.api_url:
        context |= {"provider_url": options.api_url, "provider_host": _host_header(options)}
    elif options.api_host:
        context["provider_host"] = options.api_host
    if leagues:
        context["leagues"] = leagues
    if options.limit is not None:
        context["limit"] = options.limit
    allowed = [host.lower() for host in options.allow_hosts]
    if sample_url is not None:
        allowed.append(urlsplit(sample_url).netloc)
    elif options.api_url:
        allowed += _url_host(options.api_url)
    context["allowed_private_hosts"] = [*context.get("allowed_private_hosts", []), *allowed]
    try:
        settings = Settings.from_context(context)
    except SettingsError as error:
        raise UsageError(_in_options(error)) from None
    key = SAMPLE_KEY if sample_url is not None else options.api_key
    if not key or not key.strip():
        raise UsageError(
            "a provider is named but no key for it; give --api-key or set RAPIDAPI_KEY"
        )
    day = options.date or (
        SampleDay.game_date.isoformat() if sample_url is not None else _yesterday(now, settings)
    )
    try:
        game_days = [
            game_day_of({"league": league, "date": day}, settings.time_zone)
            for league in settings.leagues
        ]
    except InvalidInput as error:
        raise UsageError(str(error)) from None
    return RunRequest(tuple(game_days), context, settings, key.strip(), sample_url is not None)


def _in_options(error: SettingsError) -> str:
    """The problems, named after the options that set them where there is one."""
    lines = [
        f"  {OPTIONS.get(problem.name, problem.name)}: got {problem.given}; "
        f"expected {problem.expected}"
        for problem in error.problems
    ]
    return "\n".join(["wrong settings", *lines])


def names_provider(options: Options) -> bool:
    """Whether `options` name a provider; the sample day's is asked otherwise."""
    return bool(options.api_url or options.api_key)


def _host_header(options: Options) -> str:
    """RapidAPI's host header; a provider that is asked directly takes none."""
    if options.api_host:
        return options.api_host
    host = "".join(_url_host(options.api_url or ""))
    return host if host.endswith(".rapidapi.com") else ""


def _url_host(url: str) -> list[str]:
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    return [f"[{host}]" if ":" in host else host] if host else []


def _yesterday(now: datetime, settings: Settings) -> str:
    today: date = now.astimezone(ZoneInfo(settings.time_zone)).date()
    return (today - timedelta(days=1)).isoformat()
