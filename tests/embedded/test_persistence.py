"""What is in the account outlives the process, however it ends."""

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from account import HOLDS_A_LOCK, Account, is_free, task, until

from gameday.embedded import snapshots
from gameday.embedded.aws import ACCESS_KEY, ACCOUNT, REGION, SECRET_KEY, EmbeddedAws
from gameday.embedded.fixes import saved_tables
from gameday.embedded.fixes.interruptions import StateUnreadable

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
WAIT = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 86400, "End": True}}}


def fill(account: Account) -> dict[str, str]:
    """One of everything; what identifies it later."""
    dynamodb, s3 = account.client("dynamodb"), account.client("s3")
    dynamodb.create_table(
        TableName="clips",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName="clips", Item={"id": {"S": "backed up"}})
    backup = dynamodb.create_backup(TableName="clips", BackupName="clips-1")["BackupDetails"]
    dynamodb.update_continuous_backups(
        TableName="clips", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    dynamodb.put_item(TableName="clips", Item={"id": {"S": "the last item"}})
    s3.create_bucket(Bucket="clips")
    s3.put_bucket_versioning(Bucket="clips", VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket="clips", Key="1", Body=b"first", ContentType="video/mp4")
    s3.put_object(Bucket="clips", Key="1", Body=b"second", Metadata={"league": "NCAA"})
    secret = account.client("secretsmanager").create_secret(Name="key", SecretString="s3cret")
    function = account.function("def handler(event, context): return event")
    machine = account.machine(PASS)
    execution = account.run(machine, {"league": "NCAA"})["executionArn"]
    role = account.role("scheduler")
    account.allow(role, "states:StartExecution", machine)
    account.client("scheduler").create_schedule(
        Name="games",
        ScheduleExpression="cron(30 9 * * ? *)",
        ScheduleExpressionTimezone="America/New_York",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": machine, "RoleArn": role, "Input": "{}"},
    )
    return {
        "backup": backup["BackupArn"],
        "version": first["VersionId"],
        "secret": secret["ARN"],
        "function": function,
        "machine": machine,
        "execution": execution,
    }


def assert_filled(aws: EmbeddedAws, kept: dict[str, str]) -> None:
    account = Account(aws)
    dynamodb, s3 = account.client("dynamodb"), account.client("s3")
    items = dynamodb.scan(TableName="clips")["Items"]
    assert sorted(item["id"]["S"] for item in items) == ["backed up", "the last item"]
    dynamodb.restore_table_from_backup(TargetTableName="restored", BackupArn=kept["backup"])
    described = dynamodb.describe_continuous_backups(TableName="clips")
    recovery = described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    dynamodb.restore_table_to_point_in_time(
        SourceTableName="clips",
        TargetTableName="as-it-was",
        RestoreDateTime=recovery["EarliestRestorableDateTime"],
    )
    for restored in ("restored", "as-it-was"):
        dynamodb.get_waiter("table_exists").wait(TableName=restored, WaiterConfig={"Delay": 0})
        assert dynamodb.scan(TableName=restored)["Items"] == [{"id": {"S": "backed up"}}]
    current = s3.get_object(Bucket="clips", Key="1")
    assert (current["Body"].read(), current["Metadata"]) == (b"second", {"league": "NCAA"})
    former = s3.get_object(Bucket="clips", Key="1", VersionId=kept["version"])
    assert (former["Body"].read(), former["ContentType"]) == (b"first", "video/mp4")
    secret = account.client("secretsmanager").get_secret_value(SecretId=kept["secret"])
    assert secret["SecretString"] == "s3cret"
    assert account.invoke(kept["function"], {"it": "runs"}) == {"it": "runs"}
    assert account.run(kept["machine"])["status"] == "SUCCEEDED"
    assert account.ended(kept["execution"])["output"] == '{"league": "NCAA"}'
    assert account.history(kept["execution"])[-1]["type"] == "ExecutionSucceeded"
    [firing] = aws.pass_time(datetime(2026, 11, 21, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC))
    assert account.ended(firing.execution_arn)["status"] == "SUCCEEDED"


def test_everything_is_there_after_a_stop_and_a_start(tmp_path: Path):
    with EmbeddedAws(tmp_path) as aws:
        kept = fill(Account(aws))

    with EmbeddedAws(tmp_path) as aws:
        assert_filled(aws, kept)


def test_each_folder_has_its_own_account(tmp_path: Path):
    with EmbeddedAws(tmp_path / "one") as aws:
        aws.client("s3").create_bucket(Bucket="one")
    with EmbeddedAws(tmp_path / "two") as aws:
        aws.client("s3").create_bucket(Bucket="two")

    with EmbeddedAws(tmp_path / "one") as aws:
        [bucket] = aws.client("s3").list_buckets()["Buckets"]
    assert bucket["Name"] == "one"


@dataclass
class OtherProcess:
    """An embedded AWS that another process runs, with what `Account` needs of it."""

    state_dir: Path
    endpoint_url: str
    process: subprocess.Popen
    account: str = ACCOUNT

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
        )

    def saved(self, service: str) -> str:
        path = self.state_dir / "services" / f"{service}.json"
        return path.read_text() if path.exists() else ""

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def other(tmp_path: Path, project: Path) -> Iterator[OtherProcess]:
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("serve_aws.py")), str(tmp_path / "state")],
        env={**os.environ, "PYTHONPATH": str(project)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield OtherProcess(tmp_path / "state", process.stdout.readline().strip(), process)
        process.kill()


def test_everything_saved_is_there_after_a_kill(other: OtherProcess, tmp_path: Path):
    account = Account(other)
    kept = fill(account)
    waiting = account.client("stepfunctions").start_execution(stateMachineArn=account.machine(WAIT))
    function = account.function(HOLDS_A_LOCK, Timeout=900)
    event = {"lock": str(tmp_path / "lock"), "locked": str(tmp_path / "locked")}
    working = account.client("stepfunctions").start_execution(
        stateMachineArn=account.machine({"StartAt": "A", "States": {"A": task(function)}}),
        input=json.dumps(event),
    )
    until((tmp_path / "locked").exists, bool)
    until(
        lambda: (other.saved("dynamodb"), other.saved("stepfunctions"), other.saved("scheduler")),
        lambda saved: (
            "the last item" in saved[0]
            and working["executionArn"] in saved[1]
            and "games" in saved[2]
        ),
    )
    left = list((other.state_dir / "scratch").glob("function-*"))

    other.kill()

    with EmbeddedAws(other.state_dir) as aws:
        assert left != []
        assert not any(folder.exists() for folder in left)
        assert_filled(aws, kept)
        for execution in (waiting, working):
            assert Account(aws).ended(execution["executionArn"])["status"] == "FAILED"
    # The function of the killed process notices, and lets go of its lock.
    with (tmp_path / "lock").open("w") as lock:
        until(lambda: is_free(lock), bool)


def test_a_stack_whose_creation_was_killed_can_be_created_again(tmp_path: Path):
    services = tmp_path / "services"
    with EmbeddedAws(tmp_path) as aws:
        Account(aws).deploy("create_stack", "storage", {"Topic": {"Type": "AWS::SNS::Topic"}})
    saved = services / "cloudformation.json"
    saved.write_text(saved.read_text().replace('"CREATE_COMPLETE"', '"CREATE_IN_PROGRESS"'))

    with EmbeddedAws(tmp_path) as aws:
        account = Account(aws)
        assert account.settled("storage")["StackStatus"] == "CREATE_FAILED"
        account.client("cloudformation").delete_stack(StackName="storage")
        again = account.deploy("create_stack", "storage", {"Topic": {"Type": "AWS::SNS::Topic"}})

    assert again["StackStatus"] == "CREATE_COMPLETE"


def test_damaged_state_stops_the_start_and_is_not_written_over(tmp_path: Path):
    with EmbeddedAws(tmp_path) as aws:
        aws.client("s3").create_bucket(Bucket="clips")
    saved = tmp_path / "services" / "s3.json"
    saved.write_text(saved.read_text()[:-10])
    damaged = saved.read_text()

    for _ in range(2):
        with pytest.raises(StateUnreadable, match="the state of s3"):
            EmbeddedAws(tmp_path).start()

    assert saved.read_text() == damaged


def test_a_large_table_is_saved_while_it_is_written(tmp_path: Path):
    with EmbeddedAws(tmp_path) as aws:
        from ministack.services import dynamodb

        aws.client("dynamodb").create_table(
            TableName="clips",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        [table] = dynamodb._tables.all_values()

        def write() -> None:
            for number in range(20_000):
                item = {"id": {"S": str(number)}}
                dynamodb._set_item(table, str(number), "__no_sort__", item)

        writer = threading.Thread(target=write)
        writer.start()
        saved = []
        while writer.is_alive():
            [saved_table] = dynamodb.get_state()["tables"].all_values()
            saved.append(saved_table["items"])
        writer.join()

    assert saved
    for items in saved:
        assert all(one["__no_sort__"]["id"] == {"S": key} for key, one in items.items())


def test_a_partition_without_an_item_is_not_saved():
    kept = {"1": {"__no_sort__": {"id": {"S": "1"}}}}

    saved = saved_tables.held({"TableName": "clips", "items": {**kept, "2": {}}})

    assert saved == {"TableName": "clips", "items": kept}


def test_state_that_changes_while_it_is_read_is_saved_later_and_alarms_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    readings = itertools.count()
    saved = threading.Event()

    def changing() -> dict[str, int]:
        if next(readings) < snapshots.ATTEMPTS:
            raise RuntimeError("dictionary changed size during iteration")
        saved.set()
        return {"functions": 3}

    app = SimpleNamespace(_build_persistence_save_dict=lambda: {"lambda": changing})
    monkeypatch.setattr(snapshots, "INTERVAL_SECONDS", 0.01)
    kept = snapshots.Snapshots(app, tmp_path, lambda: True)  # type: ignore[arg-type]
    kept.start()
    assert saved.wait(60)
    kept.stop()
    assert json.loads((tmp_path / "lambda.json").read_text())["payload"] == {"functions": 3}
    assert not [one for one in caplog.records if one.name == snapshots.log.name]
