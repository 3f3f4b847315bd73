"""Which backups are kept, whatever is listed, whenever rotation runs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.highlights.backups import Backup, backup_name, is_ours
from lambdas.highlights.retention import CLOCK_ALLOWANCE, Policy, Tier, plan

TABLE = "GameDayStorage-Highlights-1X"
EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
NOW = datetime(2027, 4, 30, 15, tzinfo=UTC)
DEFAULT = Policy(newest=7, daily=14, weekly=26, monthly=12)

policies = st.builds(
    Policy, st.integers(1, 12), st.integers(0, 40), st.integers(0, 30), st.integers(0, 14)
)


def backup(number, made, status="AVAILABLE", **other):
    return Backup(f"arn:{number:05}", backup_name(TABLE, made), made, status, **other)


def at(*iso):
    return [backup(number, datetime.fromisoformat(one)) for number, one in enumerate(iso)]


@st.composite
def listings(draw):
    """Hundreds of mixed backups in any order: of all states, of others, of the same second.

    Drawn from a seed, which is quicker than one draw for each fact.
    """
    random = draw(st.randoms(use_true_random=False))
    span = random.choice([60, 3_000, 86_400, 40 * 86_400, 500 * 86_400])
    found = []
    for number in range(random.choice([0, 1, 2, 30, 400])):
        made = NOW - timedelta(seconds=random.randrange(span))
        one = backup(number, made, random.choice(["AVAILABLE"] * 6 + ["CREATING", "DELETED"]))
        kind = random.randrange(12)
        if kind == 0:
            one = replace(one, name=random.choice(["by-hand", f"{TABLE}-manual", f"x{one.name}"]))
        elif kind == 1:
            one = replace(one, name=f"{TABLE}-restored-{one.name[-16:]}")
        elif kind == 2:
            one = replace(one, table="Another")
        elif kind == 3:
            one = replace(one, kind=random.choice(["SYSTEM", "AWS_BACKUP"]))
        elif kind == 4 and found:
            one = replace(found[-1], arn=one.arn)  # of the same second, under the same name
        elif kind == 5 and found:
            one = random.choice(found)  # on two pages
        found.append(one)
    return found


def counting(found):
    """Those that rotation is about, oldest first."""
    ours = {one.arn: one for one in found if is_ours(one, TABLE) and one.status == "AVAILABLE"}
    return sorted(ours.values(), key=lambda one: (one.created_at, one.name, one.arn))


@settings(max_examples=100)
@given(listings(), policies, st.randoms(use_true_random=False), st.sampled_from([0, 300, 9000]))
def test_what_is_never_deleted(found, policy, random, behind):
    names = [one.name for one in found]
    pinned = set(random.sample(names, len(names) // 10)) | {"gone"}
    now = NOW - timedelta(minutes=behind)

    planned = plan(found, policy, pinned, now, table=TABLE)

    available = counting(found)
    assert [fate.backup for fate in planned.fates] == available
    deleted = planned.to_delete
    assert deleted == [one for one in available if one in deleted], "oldest first, each once"
    assert not any(one.name in pinned for one in deleted)
    assert not set(deleted) & set(available[-policy.newest :])
    ours = [one for one in found if is_ours(one, TABLE)]
    if any(one.created_at > now + CLOCK_ALLOWANCE for one in ours):
        assert planned.held and not deleted


@settings(max_examples=50)
@given(listings(), policies)
def test_each_backup_kept_stands_for_its_period_and_each_period_has_one(found, policy):
    fates = plan(found, policy, (), NOW, table=TABLE).fates
    for tier, period_of, number in (
        (Tier.DAILY, lambda one: one.created_at.date(), policy.daily),
        (Tier.WEEKLY, lambda one: one.created_at.isocalendar()[:2], policy.weekly),
        (Tier.MONTHLY, lambda one: f"{one.created_at:%Y-%m}", policy.monthly),
    ):
        last = {period_of(fate.backup): fate.backup for fate in fates}
        kept = [fate.backup for fate in fates if tier in fate.tiers]
        assert kept == sorted(last.values(), key=counting(found).index)[len(last) - len(kept) :]
        assert len(kept) <= number


@settings(max_examples=40)
@given(listings(), policies)
def test_a_pin_changes_the_fate_of_its_backup_alone(found, policy):
    before = plan(found, policy, (), NOW, table=TABLE)
    pinned = {one.name for one in before.to_delete[::2]}

    after = plan(found, policy, pinned, NOW, table=TABLE)

    assert after.to_delete == [one for one in before.to_delete if one.name not in pinned]


@settings(max_examples=40)
@given(
    st.lists(st.integers(0, 120 * 86_400), max_size=120),
    policies,
    st.lists(st.integers(0, 120), max_size=40),
)
def test_rotating_often_keeps_what_one_rotation_at_the_end_keeps(seconds, policy, days):
    made = [backup(n, EPOCH + timedelta(seconds=one)) for n, one in enumerate(sorted(seconds))]
    end = EPOCH + timedelta(days=121)
    there = []
    waiting = list(made)
    for day in [*sorted(days), 121]:
        now = EPOCH + timedelta(days=day)
        while waiting and waiting[0].created_at <= now:
            there.append(waiting.pop(0))
        deleted = plan(there, policy, (), now, table=TABLE).to_delete
        there = [one for one in there if one not in deleted]

    at_once = plan(made, policy, (), end, table=TABLE).to_delete
    assert there == [one for one in made if one not in at_once]


def test_newest_alone_keeps_so_many():
    found = [backup(n, NOW - timedelta(hours=n)) for n in range(10)]

    planned = plan(found, Policy.parse("newest=3"), (), NOW, table=TABLE)

    assert set(planned.to_delete) == set(found[3:])


def test_the_last_backup_of_each_day_week_and_month_is_kept_and_says_why():
    found = at(
        "2027-01-31T23:59:59+00:00",  # a Sunday: the last of its month and of its week
        "2027-02-01T00:00:00+00:00",
        "2027-02-07T12:00:00+00:00",  # a Sunday: the last of its week
        "2027-02-26T10:00:00+00:00",
        "2027-02-26T11:00:00+00:00",  # the last of its day, a Friday, of its week and month
        "2027-03-01T09:00:00+00:00",
    )
    now = datetime(2027, 3, 1, 10, tzinfo=UTC)

    fates = plan(found, Policy(1, 4, 6, 3), (), now, table=TABLE).fates

    assert [" ".join(fate.tiers) for fate in fates] == [
        "weekly monthly",
        "",
        "weekly",
        "",
        "daily weekly monthly",
        "newest daily weekly monthly",
    ]


def test_days_are_those_of_utc_wherever_the_time_was_noted():
    east = timezone(timedelta(hours=14))
    found = [
        backup(1, datetime(2027, 2, 9, 22, tzinfo=UTC)),
        backup(2, datetime(2027, 2, 10, 13, tzinfo=east)),  # the 9th, 23:00, in UTC
        backup(3, datetime(2027, 2, 10, 1, tzinfo=UTC)),
    ]

    planned = plan(found, Policy(1, 2), (), datetime(2027, 2, 10, 2, tzinfo=UTC), table=TABLE)

    assert planned.to_delete == [found[0]]


def test_what_is_older_than_the_windows_goes_but_for_the_newest():
    found = [backup(n, NOW - timedelta(days=800 + n)) for n in range(5)]

    planned = plan(found, Policy(2, 14, 26, 12), (), NOW, table=TABLE)

    assert planned.to_delete == found[:1:-1]


def test_thousands_of_backups_are_planned():
    found = [backup(n, NOW - timedelta(minutes=7 * n)) for n in range(5_000)]

    planned = plan(found, DEFAULT, (), NOW, table=TABLE)

    assert len(planned.fates) == 5_000
    kept = 7 + 13 + 1  # newest, earlier days, the last backup of the week before those
    assert len(planned.to_delete) == 5_000 - kept


def test_a_season_of_four_backups_a_day_keeps_what_the_decision_says():
    """docs/decisions/0007-which-backups-are-kept.md"""
    there, most = [], 0
    for day in range(181):
        for hour in (13, 14, 15, 16):
            now = EPOCH + timedelta(days=day, hours=hour)
            there.append(backup(4 * day + hour, now))
            deleted = plan(there, DEFAULT, (), now, table=TABLE).to_delete
            there = [one for one in there if one not in deleted]
        most = max(most, len(there))

    assert most == 46


@pytest.mark.parametrize("text", ["newest=7,daily=14,weekly=26,monthly=12", "newest=3"])
def test_a_policy_is_written_as_it_is_read(text):
    assert str(Policy.parse(text)) == text
    assert Policy.parse(f" {text.replace(',', ' , ')} ,") == Policy.parse(text)


@given(policies)
def test_every_policy_comes_back_from_its_text(policy):
    assert Policy.parse(str(policy)) == policy


@pytest.mark.parametrize(
    "text",
    ["", "3", "newest", "newest=", "newest=0", "newest=-1", "newest=1.5", "newest=1e3", "daily=5",
     "newest=3,newest=3", "newest=3,yearly=1", "newest=1001", "newest=٣", "newest=" + "9" * 6000],
)  # fmt: skip
def test_a_policy_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match=r"whole number|none of|twice"):
        Policy.parse(text)
