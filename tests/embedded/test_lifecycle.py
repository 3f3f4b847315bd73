"""One embedded AWS at a time starts, serves on loopback, and ends with all it started."""

import fcntl
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from account import HOLDS_A_LOCK, Account, is_free, task, until

from gameday.embedded.aws import AlreadyRunning, EmbeddedAws, StateInUse
from gameday.embedded.server import PortUnavailable

WAIT = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 86400, "End": True}}}


def test_a_second_one_in_the_process_is_refused(tmp_path: Path):
    with EmbeddedAws(tmp_path / "one"), pytest.raises(AlreadyRunning, match="one"):
        EmbeddedAws(tmp_path / "two").start()


def test_a_folder_in_use_is_refused(tmp_path: Path):
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(StateInUse, match=tmp_path.name):
            EmbeddedAws(tmp_path).start()

    with EmbeddedAws(tmp_path) as aws:
        assert aws.client("s3").list_buckets()["Buckets"] == []


def test_a_taken_port_is_refused_and_leaves_nothing_behind(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortUnavailable, match=str(port)):
            EmbeddedAws(tmp_path, port=port).start()

    with EmbeddedAws(tmp_path, port=port) as aws:
        assert aws.endpoint_url == f"http://127.0.0.1:{port}"


@pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 is an address on Linux only")
def test_it_listens_on_one_loopback_address_only(tmp_path: Path):
    with EmbeddedAws(tmp_path) as aws:
        port = int(aws.endpoint_url.rsplit(":", 1)[1])
        socket.create_connection(("127.0.0.1", port)).close()
        # A server on every interface would answer here too.
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port))


def test_the_hosts_aws_settings_matter_to_no_one(tmp_path: Path, project: Path):
    settings = tmp_path / "config"
    settings.write_text("[profile other]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:1\n")
    hosts = {
        "AWS_PROFILE": "other",
        "AWS_CONFIG_FILE": str(settings),
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "AKIAHOST",
        "AWS_SESSION_TOKEN": "token",
        "AWS_REGION": "eu-west-1",
        "AUTH": "false",
        "GATEWAY_PORT": "4566",
        "LAMBDA_EXECUTOR": "docker",
        "MINISTACK_REGION": "eu-west-1",
        "SERVICES": "s3",
    }
    script = """
import json, os, sys
from pathlib import Path
from account import Account
from gameday.embedded.aws import EmbeddedAws
before = dict(os.environ)
with EmbeddedAws(Path(sys.argv[1])) as aws:
    account = Account(aws)
    machine = account.machine({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    function = account.function("import os\\ndef handler(e, c): return dict(os.environ)")
    print(json.dumps([aws.client("sts").get_caller_identity()["Account"], machine,
                      account.invoke(function), dict(os.environ) == before]))
"""

    finished = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "state")],
        env={**os.environ, **hosts, "PYTHONPATH": f"{project}:{Path(__file__).parent}"},
        capture_output=True,
        text=True,
        check=True,
    )

    account, machine, seen, unchanged = json.loads(finished.stdout)
    assert account == "000000000000"
    assert machine.startswith("arn:aws:states:us-east-1:000000000000:")
    assert not {"AWS_PROFILE", "AUTH", "SERVICES", "MINISTACK_REGION"} & seen.keys()
    assert seen["AWS_REGION"] == "us-east-1"
    assert unchanged


def test_a_process_with_its_environment_variables_reaches_it(tmp_path: Path):
    with EmbeddedAws(tmp_path) as aws:
        aws.client("s3").create_bucket(Bucket="clips")
        listing = subprocess.run(
            [
                sys.executable,
                "-c",
                "import boto3; print(boto3.client('s3').list_buckets()['Buckets'][0]['Name'])",
            ],
            env=aws.environment(),
            capture_output=True,
            text=True,
            check=True,
        )

    assert listing.stdout.strip() == "clips"


def test_stopping_ends_executions_functions_and_threads(tmp_path: Path):
    before = set(threading.enumerate())
    with EmbeddedAws(tmp_path / "state") as aws:
        account = Account(aws)
        waiting = aws.client("stepfunctions").start_execution(stateMachineArn=account.machine(WAIT))
        function = account.function(HOLDS_A_LOCK, Timeout=900)
        event = {"lock": str(tmp_path / "lock"), "locked": str(tmp_path / "locked")}
        aws.client("stepfunctions").start_execution(
            stateMachineArn=account.machine({"StartAt": "A", "States": {"A": task(function)}}),
            input=json.dumps(event),
        )
        until((tmp_path / "locked").exists, bool)

    with (tmp_path / "lock").open("w") as lock:
        until(lambda: is_free(lock), bool)
    # The emulator's own, which sleep and belong to the process.
    idle = {"dynamodb-ttl-reaper", "ministack-lambda-reaper"}
    until(
        lambda: {thread.name for thread in set(threading.enumerate()) - before},
        lambda started: started <= idle,
    )
    named = ("ministack", "evb", "embedded", "mediaconvert")
    assert {t.name for t in threading.enumerate() if t.name.startswith(named)} <= idle
    assert list((tmp_path / "state").glob("scratch/*")) == []

    with EmbeddedAws(tmp_path / "state") as aws:
        described = aws.client("stepfunctions").describe_execution(
            executionArn=waiting["executionArn"]
        )
    assert described["status"] == "ABORTED"
    assert "stopped" in described["cause"]


def test_a_reset_empties_the_account_for_good(tmp_path: Path):
    with EmbeddedAws(tmp_path) as aws:
        aws.client("s3").create_bucket(Bucket="clips")
        aws.client("s3").put_object(Bucket="clips", Key="1", Body=b"clip")
        Account(aws).role("lambda")

        aws.reset()

        assert aws.client("s3").list_buckets()["Buckets"] == []
        assert aws.client("iam").list_roles()["Roles"] == []
    with EmbeddedAws(tmp_path) as aws:
        assert aws.client("s3").list_buckets()["Buckets"] == []
