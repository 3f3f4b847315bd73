import json
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.host_rules import HostRules
from lambdas.highlights.retention import Policy
from stacks.settings import Settings, SettingsError

CDK_JSON = Path(__file__).parents[2] / "cdk.json"


def problems(**context: object) -> str:
    with pytest.raises(SettingsError) as raised:
        Settings.from_context(context)
    return str(raised.value)


def test_cdk_json_states_every_setting_at_its_default():
    context = json.loads(CDK_JSON.read_text())["context"]

    assert Settings.from_context(context) == Settings()
    assert set(context) == set(Settings.__dataclass_fields__)


def test_values_from_the_command_line_are_texts():
    settings = Settings.from_context(
        {"leagues": "NCAA, NBA", "limit": "40", "look_back_days": "5", "run_time": "08:05"}
    )

    assert settings.leagues == ("NCAA", "NBA")
    assert settings.limit == 40
    assert settings.look_back_days == 5
    assert settings.run_time == time(8, 5)


def test_days_may_be_given_in_any_case():
    assert Settings.from_context({"mens_game_days": "Tue,sun"}).mens_game_days == ("TUE", "SUN")


def test_host_rules_are_an_object_or_a_text():
    rules = HostRules({"a.example": "never", "*": "link_only"})

    for given_rules in ({"a.example": "never", "*": "link_only"}, "*=link_only, A.example=never"):
        assert Settings.from_context({"host_rules": given_rules}).host_rules == rules


def test_a_wrong_host_rule_is_named_with_what_a_right_one_is():
    text = problems(host_rules="a.example=delete")

    assert "'delete' is no rule" in text
    assert "store, link_only, never" in text
    assert "-c host_rules=videos.example=never" in text


@pytest.mark.parametrize(
    "value", [{"newest": 3, "weekly": 26}, "newest=3,weekly=26", {"weekly": "26", "newest": "3"}]
)
def test_retention_is_an_object_or_a_text(value):
    policy = Settings.from_context({"backup_retention": value}).backup_retention

    assert policy == Policy(newest=3, daily=0, weekly=26, monthly=0)


@pytest.mark.parametrize(("kept", "instead"), [(3, "newest=3"), ("5", "newest=5")])
def test_the_earlier_name_of_retention_says_what_to_write_instead(kept, instead):
    text = problems(backups_to_keep=kept, limit=0)

    assert "2 problems" in text
    assert f"it became backup_retention; fix: -c backup_retention={instead}" in text


@pytest.mark.parametrize(("listed", "days"), [([1, 3], 3), ("1,7", 7), ([30], 14)])
def test_the_earlier_days_of_runs_say_how_long_to_look_back(listed, days):
    text = problems(run_days_after=listed)

    assert f"it became look_back_days; fix: -c look_back_days={days}" in text


def test_every_problem_is_reported_at_once_with_value_expectation_and_fix():
    text = problems(limit=41, time_zone="Mars/Base", run_time="02:00", transcode_profile="best")

    assert "4 problems" in text
    for expected in ("limit", "got 41", "from 1 to 40", "-c limit=10", "'Mars/Base'", "'02:00'"):
        assert expected in text
    assert "one of source-matched, cbr-5mbps" in text


@pytest.mark.parametrize("typo", ["leauges", "limits", "backupRetention", "timezone"])
def test_a_misspelt_setting_is_named_with_the_right_one(typo):
    assert "did you mean" in problems(**{typo: "x"})


def test_keys_of_the_cdk_itself_are_left_alone():
    context = {"@aws-cdk/core:stackRelativeExports": True, "aws:cdk:bundling-stacks": []}

    assert Settings.from_context(context) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("leagues", []),
        ("leagues", ["NCAA", "NCAA"]),
        ("leagues", ["../secrets"]),
        ("leagues", 5),
        ("limit", 0),
        ("notify_email", "you"),
        ("notify_email", "you@example.com, me@example.com"),
        ("notify_email", "you@example"),
        ("longest_without_clip_days", 0),
        ("monthly_budget_dollars", -1),
        ("limit", True),
        ("limit", "ten"),
        ("limit", 2.5),
        ("mens_game_days", ["TODAY"]),
        ("run_time", "9:30"),
        ("run_time", "25:00"),
        ("look_back_days", 0),
        ("look_back_days", 15),
        ("provider_url", "ftp://example.org/highlights"),
        ("provider_url", "https://user@example.org/highlights"),
        ("provider_url", "https://example.org/highlights?key=1"),
        ("provider_url", "https://[broken/highlights"),
        ("provider_host", "two hosts"),
        ("allowed_private_hosts", ["http://10.0.0.1/"]),
        ("host_rules", ["a.example"]),
        ("host_rules", {"a.example": "delete"}),
        ("host_rules", {"a.example": True}),
        ("host_rules", {"https://a.example/": "never"}),
        ("host_rules", {5: "never"}),
        ("host_rules", "a.example"),
        ("host_rules", {f"host{number}.example": "never" for number in range(200)}),
        ("log_retention_days", 42),
        ("backup_retention", {"newest": 0}),
        ("backup_retention", {"daily": 14}),
        ("backup_retention", {"newest": 3, "yearly": 1}),
        ("backup_retention", {"newest": True}),
        ("backup_retention", "3"),
        ("backup_retention", 3),
        ("backup_retention", "newest=3,newest=4"),
        ("backup_retention", "newest=1001"),
        ("replica_region", "Ireland"),
        ("replica_region", "eu-west-1a"),
        ("replica_region", None),
        ("replica_lock_days", -1),
        ("replica_lock_days", 3_651),
        ("aws_backup_days", True),
        ("aws_backup_days", 36_500),
    ],
)
def test_what_cannot_be_deployed_is_refused(name, value):
    assert name in problems(**{name: value})


def replica_problems(account: str, region: str, **context: object) -> str:
    with pytest.raises(SettingsError) as raised:
        Settings.from_context(context, account, region)
    return str(raised.value)


def test_a_second_region_stands_when_the_first_is_another():
    settings = Settings.from_context({"replica_region": "eu-west-1"}, "123456789012", "us-east-1")

    assert settings.replica_region == "eu-west-1"


def test_the_second_region_is_not_the_first():
    text = replica_problems("123456789012", "eu-west-1", replica_region="eu-west-1")

    assert "replica_region  got 'eu-west-1'; expected another region than eu-west-1" in text


@pytest.mark.parametrize(("account", "region"), [("", "us-east-1"), ("123456789012", ""), ("", "")])
def test_a_second_region_needs_to_know_the_first_and_the_account(account, region):
    text = replica_problems(account, region, replica_region="eu-west-1")

    assert "CDK_DEFAULT_ACCOUNT and CDK_DEFAULT_REGION" in text


def test_nothing_is_copied_between_partitions():
    text = replica_problems("123456789012", "us-east-1", replica_region="cn-north-1")

    assert "of the same partition as us-east-1" in text


def test_a_lock_without_a_replica_is_refused_with_every_other_problem():
    text = replica_problems("", "", replica_lock_days=30, limit=99)

    assert "2 problems" in text
    assert "expected a replica_region, whose bucket is what would be locked" in text


def test_a_replica_region_that_is_none_is_the_only_problem_with_its_lock():
    assert "1 problem\n" in replica_problems("", "", replica_region="Ireland", replica_lock_days=30)


@given(
    st.dictionaries(
        st.sampled_from(sorted(Settings.__dataclass_fields__)),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text()
        | st.lists(st.text() | st.integers())
        | st.dictionaries(st.text() | st.integers(), st.text() | st.integers(), max_size=3),
    )
)
def test_any_context_gives_settings_or_a_named_error(context):
    try:
        Settings.from_context(context)
    except SettingsError as error:
        assert all(problem.name in context for problem in error.problems)


@pytest.mark.parametrize(
    ("schedule", "days", "least"), [("weekly", 7, 8), ("monthly", 31, 32), ("off", 2, 2)]
)
def test_nobody_waits_less_long_for_a_drill_than_its_schedule_lets_them(
    schedule: str, days: int, least: int
):
    Settings.from_context({"drill_schedule": schedule, "longest_without_drill_days": least})
    if days < least:
        said = problems(drill_schedule=schedule, longest_without_drill_days=days)
        assert f"got {days}; expected more than {days} days, since drills are {schedule}" in said


def test_a_schedule_of_another_name_is_one_problem():
    said = problems(drill_schedule="daily", drill_sample=0)

    assert "2 problems" in said
    assert "one of off, weekly, monthly" in said


def test_a_months_cap_below_a_days_is_named_and_zero_is_none():
    found = problems(
        transcode_minutes_per_day=30,
        transcode_minutes_per_month=20,
        stored_gigabytes_per_day="5",
        stored_gigabytes_per_month="-1",
        provider_calls_per_day=0,
    )

    assert "3 problems" in found
    assert "at least transcode_minutes_per_day, which is 30" in found
    assert "fix: -c transcode_minutes_per_month=930, or -c transcode_minutes_per_day=20" in found
    assert "stored_gigabytes_per_month" in found and "0 is no cap" in found
    assert "provider_calls_per_day" in found and "the free plan has 100" in found
    allowed = {"stored_gigabytes_per_day": 5, "stored_gigabytes_per_month": 0}
    assert Settings.from_context(allowed).stored_gigabytes_per_day == 5
