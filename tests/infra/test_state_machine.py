"""The workflow's promises: its order, its retries by name, and how it ends."""

import json
from typing import Any

import pytest
from aws_cdk.assertions import Template

from lambdas.highlights.errors import PermanentError, transient_error_names
from lambdas.highlights.season.lock import LONGEST_EXECUTION, OUTLIVED


@pytest.fixture(scope="session")
def machine(pipeline: Template) -> dict[str, Any]:
    (resource,) = pipeline.find_resources("AWS::StepFunctions::StateMachine").values()
    pieces = resource["Properties"]["DefinitionString"]["Fn::Join"][1]
    return json.loads("".join(p if isinstance(p, str) else "reference" for p in pieces))


def all_states(machine: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = dict(machine["States"])
    for state in machine["States"].values():
        if state["Type"] == "Map":
            found |= state["ItemProcessor"]["States"]
    return found


def test_the_steps_come_in_their_order(machine):
    order, name = [], machine["StartAt"]
    while name:
        order.append(name)
        state = machine["States"][name]
        name = state["Choices"][0]["Next"] if "Choices" in state else state.get("Next")

    assert order == [
        "FetchHighlights",
        "DownloadVideos",
        "TranscodeVideos",
        "WriteSidecars",
        "PlanBackup",
        "IsBackupDue",
        "WaitUntilBackupIsComplete",
        "BackUpTable",
        "ReportRun",
        "IsThereNews",
        "SendDigest",
        "DidEverythingSucceed",
        "GameDayKept",
    ]


def test_every_task_retries_passing_errors_with_backoff_and_jitter(machine):
    tasks = [one for one in all_states(machine).values() if one["Type"] == "Task"]

    assert len(tasks) == 12
    for task in tasks:
        retry = task["Retry"][0]
        assert retry["BackoffRate"] > 1
        assert retry["JitterStrategy"] == "FULL"


def test_what_passes_by_itself_is_retried_by_name_and_what_does_not_is_not(machine):
    retried = {
        name
        for state in all_states(machine).values()
        for retry in state.get("Retry", [])
        for name in retry["ErrorEquals"]
    }

    assert set(transient_error_names()) - {"ScratchInUse"} <= retried
    assert not {error.__name__ for error in PermanentError.__subclasses__()} & retried
    assert "States.ALL" not in retried


def test_one_highlight_never_stops_another(machine):
    for name in ("DownloadVideos", "TranscodeVideos"):
        states = machine["States"][name]["ItemProcessor"]["States"].values()
        for task in (state for state in states if state["Type"] == "Task"):
            assert any(catch["ErrorEquals"] == ["States.ALL"] for catch in task["Catch"])


def test_transcoding_is_waited_for(machine):
    assert all_states(machine)["TranscodeVideo"]["Resource"].endswith("mediaconvert:createJob.sync")


def test_a_failed_backup_is_still_reported(machine):
    for name in ("PlanBackup", "BackUpTable"):
        (catch,) = machine["States"][name]["Catch"]
        assert catch["Next"] == "ReportRun"


def test_sidecars_that_failed_keep_no_backup_from_being_made_and_are_reported(machine):
    (catch,) = machine["States"]["WriteSidecars"]["Catch"]

    assert catch == {
        "ErrorEquals": ["States.ALL"],
        "ResultPath": "$.sidecars",
        "Next": "PlanBackup",
    }
    assert machine["States"]["ReportRun"]["Parameters"]["sidecars.$"] == "$.sidecars"


def test_the_wait_before_the_backup_ends_when_the_last_write_is_surely_in_it(machine):
    wait = machine["States"]["WaitUntilBackupIsComplete"]

    assert wait["TimestampPath"] == "$.backup.wait_until"


def test_a_run_that_left_something_undone_ends_as_failed(machine):
    ending = machine["States"]["DidEverythingSucceed"]

    assert machine["States"][ending["Default"]]["Type"] == "Fail"


def test_a_digest_that_was_not_sent_fails_no_run(machine):
    (catch,) = machine["States"]["SendDigest"]["Catch"]

    assert catch["ErrorEquals"] == ["States.ALL"]
    assert catch["Next"] == "DidEverythingSucceed"
    assert catch["ResultPath"] == "$.digest"


def test_an_execution_cannot_hang_for_ever(machine):
    assert machine["TimeoutSeconds"] == 4 * 3600


def test_no_reference_is_beyond_what_a_state_machine_evaluates(machine):
    for value in json.dumps(machine).split('"'):
        if value.startswith("$"):
            assert not set("?*@") & set(value)


def test_a_backup_is_waited_for_a_quarter_of_an_hour_on_average(machine):
    retries = machine["States"]["BackUpTable"]["Retry"]
    (waiting,) = [one for one in retries if "BackupNotReady" in one["ErrorEquals"]]

    assert waiting["JitterStrategy"] == "FULL"  # half of the interval, on average
    assert waiting["MaxAttempts"] * waiting["IntervalSeconds"] / 2 >= 15 * 60


def test_a_day_that_another_execution_works_on_is_waited_for_ten_minutes(machine):
    retries = machine["States"]["FetchHighlights"]["Retry"]
    (waiting,) = [one for one in retries if "DayInUse" in one["ErrorEquals"]]

    assert waiting["ErrorEquals"] == ["DayInUse"]
    assert waiting["IntervalSeconds"] * waiting["MaxAttempts"] == 10 * 60


def test_the_lock_of_a_day_is_released_by_who_holds_it(machine):
    for name in ("FetchHighlights", "ReportRun"):
        given = machine["States"][name]["Parameters"]
        assert given["execution_arn.$"] == "$$.Execution.Id"


def test_no_lock_outlives_the_state_machines_timeout(machine):
    assert machine["TimeoutSeconds"] == LONGEST_EXECUTION.total_seconds() < OUTLIVED.total_seconds()
