"""A state machine that cannot run is refused when it is created, updated or deployed."""

import json

import pytest
from account import Account
from botocore.exceptions import ClientError

END = {"Type": "Pass", "End": True}
VALID = {"StartAt": "A", "States": {"A": END}}


@pytest.mark.parametrize(
    ("definition", "problem"),
    [
        ("{", "INVALID_JSON_DESCRIPTION"),
        ({"StartAt": "A"}, "'States' is required"),
        ({"StartAt": "B", "States": {"A": END}}, "'StartAt' target: B"),
        (
            {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}},
            "target: B at /States/A",
        ),
        ({"StartAt": "A", "States": {"A": END, "B": END}}, '"B" is not reachable'),
        ({"StartAt": "A", "States": {"A": {"Type": "Pass"}}}, "one of 'Next' and 'End'"),
        ({"StartAt": "A", "States": {"A": {"Type": "Pas", "End": True}}}, "'Pas' is no type"),
        ({"StartAt": "A", "States": {"A": {"Type": "Task", "End": True}}}, "'Resource'"),
        (
            {
                "StartAt": "A",
                "States": {
                    "A": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::sns:publish",
                        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}],
                        "End": True,
                    }
                },
            },
            "target: C at /States/A/Catch[0]",
        ),
        (
            {
                "StartAt": "A",
                "States": {
                    "A": {
                        "Type": "Map",
                        "ItemProcessor": {"StartAt": "X", "States": {"Y": END}},
                        "End": True,
                    }
                },
            },
            "target: X at /States/A/ItemProcessor",
        ),
    ],
)
def test_an_invalid_definition_is_refused(account: Account, definition: dict | str, problem: str):
    text = definition if isinstance(definition, str) else json.dumps(definition)
    states = account.client("stepfunctions")
    machine = account.machine(VALID)

    with pytest.raises(ClientError) as created:
        states.create_state_machine(name="bad", roleArn=account.role("states"), definition=text)
    with pytest.raises(ClientError) as updated:
        states.update_state_machine(stateMachineArn=machine, definition=text)

    assert problem in str(created.value)
    assert problem in str(updated.value)
    assert json.loads(states.describe_state_machine(stateMachineArn=machine)["definition"]) == VALID


def test_a_stack_with_an_invalid_definition_fails(account: Account):
    definition = json.dumps({"StartAt": "B", "States": {"A": END}})
    properties = {"RoleArn": account.role("states"), "DefinitionString": definition}
    machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}

    stack = account.deploy("create_stack", "bad", {"Machine": machine})

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    events = account.client("cloudformation").describe_stack_events(StackName="bad")["StackEvents"]
    assert any("'StartAt' target: B" in event.get("ResourceStatusReason", "") for event in events)
