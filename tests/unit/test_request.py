from datetime import UTC, date, datetime

import pytest

from gameday.request import Options, UsageError, names_provider, run_request

NOW = datetime(2026, 1, 11, 3, 0, tzinfo=UTC)  # still the 10th in New York
SAMPLE_URL = "http://127.0.0.1:5000/basketball/highlights"


def request(*, sample_url=None, **options):
    return run_request(Options(**options), {}, NOW, sample_url)


def test_without_a_provider_it_is_the_sample_day():
    asked = request(sample_url=SAMPLE_URL)

    assert asked.settings.provider_url == SAMPLE_URL
    assert [str(day.date) for day in asked.game_days] == ["2026-01-10"]
    assert asked.settings.allowed_private_hosts == ("127.0.0.1:5000",)


def test_a_key_alone_names_the_provider_of_the_settings():
    assert names_provider(Options(api_key="k"))
    asked = request(api_key="k")

    assert asked.settings.provider_host == "sport-highlights-api.p.rapidapi.com"
    assert asked.settings.allowed_private_hosts == ()


def test_without_a_date_it_is_yesterday_in_the_time_zone_of_the_games():
    assert request(api_key="k").game_days[0].date == date(2026, 1, 9)


def test_the_providers_own_host_may_be_private_when_it_was_named():
    asked = request(api_key="k", api_url="http://10.0.0.7:9000/highlights", allow_hosts=["b.lan"])

    assert set(asked.settings.allowed_private_hosts) == {"10.0.0.7", "b.lan"}


@pytest.mark.parametrize(
    ("url", "header"),
    [
        ("https://basketball.p.rapidapi.com/highlights", "basketball.p.rapidapi.com"),
        ("https://sports.highlightly.net/basketball/highlights", ""),
        ("http://127.0.0.1:9000/highlights", ""),
    ],
)
def test_only_rapidapi_is_told_its_host(url, header):
    assert request(api_key="k", api_url=url).settings.provider_host == header


def test_each_league_is_a_game_day_of_its_own():
    asked = request(api_key="k", leagues=("NCAA", "WNBA"), date="2026-01-10")

    assert [day.folder for day in asked.game_days] == ["NCAA/2026-01-10", "WNBA/2026-01-10"]


def test_wrong_options_are_named_as_they_were_typed():
    with pytest.raises(UsageError) as raised:
        request(api_key="k", limit="50", api_url="nonsense")

    assert "--limit: got '50'" in str(raised.value)
    assert "--api-url: got 'nonsense'" in str(raised.value)


@pytest.mark.parametrize("key", [None, "", "  "])
def test_a_provider_needs_a_key(key):
    with pytest.raises(UsageError, match="RAPIDAPI_KEY"):
        request(api_key=key, api_url="https://provider.example/highlights")


def test_this_machine_has_no_second_region_whatever_the_settings_of_the_account():
    elsewhere = {"replica_region": "eu-west-1", "replica_lock_days": 30, "aws_backup_days": 35}
    asked = run_request(Options(api_key="k"), elsewhere, NOW, None)

    assert (asked.settings.replica_region, asked.settings.aws_backup_days) == ("", 0)
