"""A path that selects nothing fails the execution instead of giving null."""

import json
from typing import Any

import pytest
from account import Account

PASS = {"Type": "Pass", "End": True}


@pytest.mark.parametrize(
    "state",
    [
        {**PASS, "Parameters": {"id.$": "$.clip.id"}},
        {**PASS, "Parameters": {"deep": {"id.$": "$.items[7]"}}},
        {**PASS, "Parameters": {"id.$": "$$.Execution.Nothing"}},
        {**PASS, "Parameters": {"text.$": "States.Format('{}', $.nothing)"}},
        {**PASS, "InputPath": "$.nothing"},
        {**PASS, "OutputPath": "$.nothing"},
        {
            "Type": "Map",
            "ItemsPath": "$.nothing",
            "ItemProcessor": {"StartAt": "Each", "States": {"Each": PASS}},
            "End": True,
        },
        {"Type": "Wait", "SecondsPath": "$.nothing", "End": True},
        {"Type": "Wait", "SecondsPath": "$.text", "End": True},
        {"Type": "Wait", "TimestampPath": "$.text", "End": True},
    ],
)
def test_a_path_that_selects_nothing_fails_the_execution(account: Account, state: dict):
    ended = account.run_state(state, {"items": [1, 2], "text": "soon"})

    assert ended["error"] == "States.Runtime"


def test_the_cause_names_the_path_and_the_field(account: Account):
    ended = account.run_state({**PASS, "Parameters": {"id.$": "$.clip.id"}}, {"clip": {}})

    assert ended["cause"] == (
        "The JSONPath '$.clip.id' specified for the field 'id.$' could not be found in the input "
        "'{\"clip\": {}}'"
    )


def test_a_missing_path_is_caught_by_nothing(account: Account):
    function = account.function("def handler(event, context): return {}")
    definition = {
        "StartAt": "First",
        "States": {
            "First": {
                "Type": "Task",
                "Resource": function,
                "ResultSelector": {"id.$": "$.id"},
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
                "End": True,
            },
            "Caught": PASS,
        },
    }

    assert account.run(account.machine(definition))["error"] == "States.Runtime"


@pytest.mark.parametrize("path", ["$..id", "$.items[-1]", "$.items[0:2]", "$.items[?(@ > 1)]"])
def test_a_path_beyond_the_emulator_is_refused_loudly(account: Account, path: str):
    ended = account.run_state({**PASS, "Parameters": {"id.$": path}}, {"items": [1, 2]})

    assert ended["error"] == "States.Runtime"
    assert path in ended["cause"]


@pytest.mark.parametrize(
    ("path", "selected"),
    [
        ("$.items[0].id", 1),
        ("$.items[*].id", [1, 2]),
        ("$.none[*].id", []),
        ("$.nothing", None),
        ("$['two words']", 3),
    ],
)
def test_a_path_selects_what_is_there(account: Account, path: str, selected: Any):
    event = {"items": [{"id": 1}, {"id": 2}], "none": [], "nothing": None, "two words": 3}

    ended = account.run_state({**PASS, "Parameters": {"it.$": path}}, event)

    assert json.loads(ended["output"]) == {"it": selected}


def choice(rule: dict[str, Any]) -> dict[str, Any]:
    return {
        "StartAt": "Choose",
        "States": {
            "Choose": {"Type": "Choice", "Choices": [{**rule, "Next": "Yes"}], "Default": "No"},
            "Yes": {**PASS, "Result": True},
            "No": {**PASS, "Result": False},
        },
    }


@pytest.mark.parametrize(
    ("event", "present"), [({"clip": 1}, True), ({"clip": None}, True), ({}, False)]
)
def test_only_presence_may_be_asked_of_a_missing_variable(
    account: Account, event: dict, present: bool
):
    asked = account.machine(choice({"Variable": "$.clip", "IsPresent": True}))
    compared = account.machine(choice({"Variable": "$.other", "NumericEquals": 1}))

    assert json.loads(account.run(asked, event)["output"]) is present
    assert account.run(compared, event)["error"] == "States.Runtime"


def test_a_comparison_that_the_emulator_lacks_is_no_quiet_no(account: Account):
    machine = account.machine(choice({"Variable": "$.a", "StringLessThanPath": "$.b"}))

    assert account.run(machine, {"a": "1", "b": "2"})["error"] == "States.Runtime"
