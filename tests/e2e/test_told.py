"""Who subscribes to the topic is told of game days, and of each thing that a person has to do.

Each alarm is fired on purpose, by what it is about, and goes back to OK.
"""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gameday.embedded.provider import Fault
from lambdas.highlights.season.games import Game
from lambdas.highlights.season.season import game_key
from lambdas.table import Table
from tests.e2e.alarm_states import AlarmStates
from tests.e2e.conftest import DAY, Pipeline, until
from tests.e2e.functions import log_lines
from tests.e2e.mailbox import Mailbox
from tests.e2e.roles import revoke

LINK = re.compile(r"https?://\S+")
CLIP, PAGE = 412380371, 412380281  # highlights of the sample day
MACHINES = {"A run": "state_machine", "A look back": "look_back", "A drill": "drill"}
ENDS = {
    "failed": "ExecutionsFailed",
    "timed out": "ExecutionsTimedOut",
    "was aborted": "ExecutionsAborted",
}
NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture(scope="module")
def subscribed(deployment: Pipeline) -> Mailbox:
    """A subscriber from a January on, when looks are due."""
    aws = deployment.aws
    aws.shift_clock(datetime(aws.now().year + 1, 1, 11, 17, tzinfo=UTC))
    return Mailbox(deployment.aws, deployment.vault.notices)


@pytest.fixture
def alarms(subscribed: Mailbox, pipeline: Pipeline) -> AlarmStates:
    """The alarms of an empty vault, a day after all that went wrong before."""
    found = AlarmStates(pipeline, subscribed)
    found.let_a_day_pass()
    found.told()
    return found


def run_and_tell(pipeline: Pipeline, name: str) -> str:
    """How an execution ended that nobody watches."""
    return pipeline.finish(name, pipeline.vault.start(DAY, name, quiet=False)).execution.status


def test_a_digest_is_sent_once_and_its_links_play_for_a_while(
    pipeline: Pipeline, alarms: AlarmStates, subscribed: Mailbox
):
    pipeline.list_only(CLIP, PAGE)
    assert [run_and_tell(pipeline, name) for name in ("first", "second")] == ["SUCCEEDED"] * 2

    (digest,) = subscribed.read()
    assert digest["Subject"].startswith("NCAA, Sat 10 Jan 2026: 1 game kept, ")
    (link,) = LINK.findall(digest["Message"])
    with urllib.request.urlopen(link) as clip:
        assert clip.read()[4:8] == b"ftyp"
    assert "X-Amz-Signature" not in "".join(log_lines(pipeline, "SendDigest"))
    alarms.let_a_day_pass()
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(link)


def test_who_started_a_run_is_sent_no_digest_of_it(
    pipeline: Pipeline, alarms: AlarmStates, subscribed: Mailbox
):
    pipeline.list_only()
    pipeline.run()

    assert subscribed.read() == []


def test_a_digest_that_cannot_be_sent_fails_no_run_and_is_sent_by_the_next(
    pipeline: Pipeline, alarms: AlarmStates, subscribed: Mailbox
):
    pipeline.list_only(PAGE)
    revoke(pipeline.aws, "GameDayPipeline-SendDigestRole", "sns:Publish")

    assert run_and_tell(pipeline, "untold") == "SUCCEEDED"
    assert alarms.told()["A digest was not sent"] == "ALARM"


@contextmanager
def tasks_that_last() -> Iterator[None]:
    """No task of an execution comes to its end meanwhile, unless the execution is stopped."""
    from ministack.services import stepfunctions

    def last(state: Any, given: Any, execution: dict[str, Any], context: Any) -> Any:
        until(lambda: execution["status"] != "RUNNING")
        raise stepfunctions._ExecutionError("States.Runtime", "The execution was stopped")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stepfunctions, "_execute_task", last)
        yield


def test_executions_that_end_badly_are_told_until_a_day_is_over(
    pipeline: Pipeline, alarms: AlarmStates
):
    states = pipeline.aws.client("stepfunctions")
    arns = {who: getattr(pipeline.vault, name) for who, name in MACHINES.items()}
    for who in ("A run", "A look back"):
        failing = states.start_execution(stateMachineArn=arns[who], input='{"league": 1}')
        pipeline.finish("failing", failing["executionArn"])
    for arn in arns.values():
        with tasks_that_last():
            stopped = states.start_execution(stateMachineArn=arn, input="{}")
            states.stop_execution(executionArn=stopped["executionArn"])
        alarms.measure("AWS/States", "ExecutionsTimedOut", 1, StateMachineArn=arn)
    alarms.measure("AWS/States", "ExecutionsFailed", 1, StateMachineArn=arns["A drill"])

    expected = {f"{who} {how}" for who in MACHINES for how in ENDS} - {"A run was aborted"}
    assert alarms.told().items() >= dict.fromkeys(expected, "ALARM").items()
    alarms.let_a_day_pass()
    assert alarms.told().items() >= dict.fromkeys(expected, "OK").items()


def test_functions_that_fail_are_told_until_a_day_is_over(pipeline: Pipeline, alarms: AlarmStates):
    for function in ("SendDigest", "ExportTable"):
        alarms.call(function, {"record": "runs/none.json"})
    revoke(pipeline.aws, "GameDaySeason-CheckSeasonRole", "dynamodb:Scan")
    alarms.check_season()

    expected = {
        "A digest was not sent",
        "An export of the table failed",
        "The watch failed",
    }
    assert alarms.told().items() >= dict.fromkeys(expected, "ALARM").items()
    alarms.let_a_day_pass()
    assert alarms.told().items() >= dict.fromkeys(expected, "OK").items()


def test_a_day_without_the_watch_is_told_until_it_looks_again(alarms: AlarmStates):
    alarms.check_season()
    alarms.told()

    alarms.let_a_day_pass()
    assert alarms.told()["The watch is missing"] == "ALARM"
    alarms.check_season()
    assert alarms.told()["The watch is missing"] == "OK"


def test_a_look_that_did_not_start_is_told(pipeline: Pipeline, alarms: AlarmStates):
    yesterday = (pipeline.aws.now().astimezone(NEW_YORK) - timedelta(days=1)).date().isoformat()
    asked = json.dumps({"league": "NCAA", "from": yesterday, "to": yesterday})
    look = pipeline.aws.client("stepfunctions").start_execution(
        stateMachineArn=pipeline.vault.look_back, input=asked
    )
    pipeline.finish("look", look["executionArn"])
    assert alarms.check_season()["RunsMissed"] == 0
    assert alarms.told()["A look did not start"] == "OK"

    alarms.let_pass(days=2)
    assert alarms.check_season()["RunsMissed"] == 2  # of the men's games and of the women's
    assert alarms.told()["A look did not start"] == "ALARM"


def test_what_no_schedule_could_deliver_is_told_until_the_queue_is_empty(
    pipeline: Pipeline, alarms: AlarmStates
):
    revoke(pipeline.aws, "GameDaySeason-SchedulerRole", "states:StartExecution")
    due = datetime.combine(pipeline.aws.now(), time(9, 30), NEW_YORK)

    pipeline.aws.pass_time(due - timedelta(minutes=1), due)

    assert alarms.told()["A schedule reached no target"] == "ALARM"
    sqs, queue = pipeline.aws.client("sqs"), pipeline.vault.undelivered
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(message["Body"])["league"] == "NCAA"
    sqs.purge_queue(QueueUrl=queue)
    alarms.told()
    alarms.let_pass(minutes=2)
    assert alarms.told()["A schedule reached no target"] == "OK"


def test_a_quota_that_is_used_up_is_told_until_it_is_back(pipeline: Pipeline, alarms: AlarmStates):
    pipeline.provider.fail_next(Fault.DAILY_QUOTA)
    pipeline.run()

    assert alarms.check_season()["QuotaStops"] == 1
    assert alarms.told()["The provider's calls are used up"] == "ALARM"
    alarms.let_a_day_pass()
    assert alarms.check_season()["QuotaStops"] == 0
    assert alarms.told()["The provider's calls are used up"] == "OK"


def test_game_days_without_a_clip_are_told_until_one_is_kept(
    pipeline: Pipeline, alarms: AlarmStates
):
    today = pipeline.aws.now().astimezone(NEW_YORK).date()
    games = [Game(str(n), "NCAA", today - timedelta(days=n)) for n in (3, 4, 5)]
    season = Table(pipeline.aws.client("dynamodb"), pipeline.vault.season_table)
    for game in games:
        season.put_item(Item=game_key(game) | game.facts() | {"state": "waiting"})

    assert alarms.check_season()["DaysWithoutClip"] == 3
    assert alarms.told()["No clip for too long"] == "ALARM"
    season.put_item(Item=game_key(games[0]) | games[0].facts() | {"state": "kept"})
    assert alarms.check_season()["DaysWithoutClip"] == 0
    assert alarms.told()["No clip for too long"] == "OK"


def test_a_backup_that_somebody_deleted_is_told_until_there_is_another(
    pipeline: Pipeline, alarms: AlarmStates
):
    pipeline.list_only(PAGE)
    pipeline.run()
    assert alarms.check_season()["BackupBehindDays"] == 0
    dynamodb = pipeline.aws.client("dynamodb")
    for backup in pipeline.vault.backups.ours():
        dynamodb.delete_backup(BackupArn=backup.arn)

    alarms.let_pass(days=3)
    alarms.check_season()
    assert alarms.told()["The backup is behind"] == "ALARM"
    pipeline.vault.backups.create(pipeline.aws.now())
    assert alarms.check_season()["BackupBehindDays"] == 0
    assert alarms.told()["The backup is behind"] == "OK"


def test_a_good_drill_that_is_too_long_ago_is_told_until_there_is_another(alarms: AlarmStates):
    alarms.let_a_day_pass()
    alarms.measure("GameDayVault", "DaysSinceGoodDrill", 41, service="drill")
    assert alarms.all()["No good drill for too long"] == "ALARM"
    alarms.measure("GameDayVault", "DaysSinceGoodDrill", 0, service="drill")

    assert alarms.told()["No good drill for too long"] == "OK"


def test_no_alarm_is_left_out_here(alarms: AlarmStates):
    fired = {f"{who} {how}" for who in MACHINES for how in ENDS}
    source = Path(__file__).read_text()

    assert [name for name in alarms.all() if name not in fired and f'"{name}"' not in source] == []
