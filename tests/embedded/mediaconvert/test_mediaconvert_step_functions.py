"""Jobs as tasks of a state machine."""

import json
import uuid

import pytest
from account import until
from mediaconvert_jobs import ACCOUNT, files_in, settings_for, video_output

EVENTS = ["events:PutTargets", "events:PutRule", "events:DescribeRule"]
RULE = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/StepFunctionsGetEventsForMediaConvertJobRule"


def grants(role):
    """What the CDK's MediaConvertCreateJob grants with RUN_JOB."""
    passed = {"StringLike": {"iam:PassedToService": "mediaconvert.amazonaws.com"}}
    return {
        "pass": {"Action": "iam:PassRole", "Resource": role, "Condition": passed},
        "create": {"Action": "mediaconvert:CreateJob", "Resource": "*"},
        "follow": {"Action": ["mediaconvert:GetJob", "mediaconvert:CancelJob"], "Resource": "*"},
        "rule": {"Action": EVENTS, "Resource": RULE},
    }


class Machines:
    """State machines with one task, and their executions."""

    def __init__(self, account):
        self.account = account
        self.api = account.aws.client("stepfunctions")

    def start(self, parameters, machine_role, resource="createJob.sync", **state):
        task = {
            "Type": "Task",
            "Resource": f"arn:aws:states:::mediaconvert:{resource}",
            "Parameters": parameters,
            "End": True,
            **state,
        }
        states = {"Transcode": task}
        if "Catch" in state:
            states["Recover"] = {"Type": "Pass", "End": True}
        machine = self.api.create_state_machine(
            name=f"machine-{uuid.uuid4()}",
            definition=json.dumps({"StartAt": "Transcode", "States": states}),
            roleArn=machine_role,
        )
        return self.api.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]

    def run(self, *arguments, **keywords):
        execution = self.start(*arguments, **keywords)
        while (found := self.api.describe_execution(executionArn=execution))["status"] == "RUNNING":
            pass
        return found


@pytest.fixture
def machines(account):
    return Machines(account)


@pytest.fixture
def parameters(account, bucket, role, clip):
    settings = settings_for(account.upload(clip, bucket), f"s3://{bucket}/out/")
    return {"Role": role, "Settings": settings}


@pytest.fixture
def machine_role(account, role):
    return account.role(*grants(role).values(), trusted="states")


def test_a_task_waits_for_its_job(account, machines, parameters, machine_role, bucket):
    execution = machines.run(parameters, machine_role)

    assert execution["status"] == "SUCCEEDED", execution["cause"]
    job = json.loads(execution["output"])["Job"]
    assert job["Status"] == "COMPLETE"
    (output,) = job["OutputGroupDetails"][0]["OutputDetails"]
    assert output["VideoDetails"] == {"WidthInPx": 320, "HeightInPx": 240}
    assert account.keys(bucket, "out/") == ["out/clip.mp4"]


def test_a_task_that_does_not_wait_gives_the_submitted_job(account, machines, parameters, role):
    permissions = grants(role)
    machine_role = account.role(permissions["pass"], permissions["create"], trusted="states")
    execution = machines.run(parameters, machine_role, "createJob")

    job = json.loads(execution["output"])["Job"]
    assert job["Status"] == "SUBMITTED"
    assert account.ended(job["Id"])["Status"] == "COMPLETE"


def test_a_failed_job_fails_its_task_with_the_job_as_cause(machines, parameters, machine_role):
    parameters["Settings"]["Inputs"][0]["FileInput"] += ".missing"
    execution = machines.run(parameters, machine_role)

    assert (execution["status"], execution["error"]) == ("FAILED", "States.TaskFailed")
    job = json.loads(execution["cause"])["Job"]
    assert (job["Status"], job["ErrorCode"]) == ("ERROR", 1404)


def test_a_failed_job_can_be_caught(machines, parameters, machine_role):
    parameters["Settings"]["Inputs"][0]["FileInput"] += ".missing"
    caught = {"ErrorEquals": ["States.TaskFailed"], "Next": "Recover"}
    execution = machines.run(parameters, machine_role, Catch=[caught])

    assert execution["status"] == "SUCCEEDED"
    assert json.loads(execution["output"])["Error"] == "States.TaskFailed"


def test_bad_settings_fail_the_task(machines, parameters, machine_role):
    codec = {"RateControlMode": "CBR", "Bitrate": 5_000_000, "InterlaceMode": "TOP_FIELD"}
    parameters["Settings"]["OutputGroups"][0]["Outputs"] = [video_output(codec)]
    execution = machines.run(parameters, machine_role)

    assert execution["error"] == "MediaConvert.BadRequestException"
    assert "/interlaceMode" in execution["cause"]


def test_members_are_spelled_in_pascal_case(machines, parameters, machine_role):
    parameters["Settings"]["outputGroups"] = parameters["Settings"].pop("OutputGroups")
    execution = machines.run(parameters, machine_role)

    assert execution["error"] == "MediaConvert.BadRequestException"
    assert "/outputGroups: Unknown setting" in execution["cause"]


@pytest.mark.parametrize("missing", ["pass", "create", "follow", "rule"])
def test_every_grant_is_needed(account, machines, parameters, role, missing):
    kept = [grant for name, grant in grants(role).items() if name != missing]
    execution = machines.run(parameters, account.role(*kept, trusted="states"))

    assert execution["error"] == "MediaConvert.AWSMediaConvertException"
    assert "is not authorized to" in execution["cause"]


def test_a_role_passed_to_another_service_is_not_enough(account, machines, parameters, role):
    permissions = grants(role)
    condition = {"StringLike": {"iam:PassedToService": "lambda.amazonaws.com"}}
    permissions["pass"]["Condition"] = condition
    execution = machines.run(parameters, account.role(*permissions.values(), trusted="states"))

    assert f"iam:PassRole on resource: {role}" in execution["cause"]


@pytest.fixture
def endless(account, bucket, endless_clip):
    settings = settings_for(account.upload(endless_clip, bucket), f"s3://{bucket}/out/")
    return {"Role": account.role(files_in(bucket)), "Settings": settings}


def test_stopping_an_execution_cancels_its_job(account, machines, endless):
    events = account.listen()
    machine_role = account.role(*grants(endless["Role"]).values(), trusted="states")
    execution = machines.start(endless, machine_role)
    job = events.next("PROGRESSING")["jobId"]
    machines.api.stop_execution(executionArn=execution)

    assert account.ended(job)["Status"] == "CANCELED"
    assert machines.api.describe_execution(executionArn=execution)["status"] == "ABORTED"


def test_a_task_that_times_out_cancels_its_job(account, machines, endless):
    machine_role = account.role(*grants(endless["Role"]).values(), trusted="states")
    execution = machines.run(endless, machine_role, TimeoutSeconds=1)

    assert execution["error"] == "States.Timeout"
    [job] = until(
        lambda: [
            job
            for job in account.api.list_jobs()["Jobs"]
            if job["Settings"]["Inputs"] == endless["Settings"]["Inputs"]
        ],
        bool,
    )
    assert account.ended(job["Id"])["Status"] == "CANCELED"
