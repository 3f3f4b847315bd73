"""The bare API calls that move a season's data: nothing is checked, compared or shown.

`python -m benchmarks.contenders.bare_season WAY BUCKET TABLE FOLDER`, in the environment of a
`season_server`. FOLDER: where `export` writes, and what `import` reads.
"""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
from boto3.dynamodb.types import TypeSerializer
from botocore.config import Config

AT_ONCE = 16
BATCH = 25  # items of one BatchWriteItem
SCRATCH = "bare-season"
Item = dict[str, Any]


class Account:
    """The bucket and the table, through boto3's clients."""

    def __init__(self, bucket: str, table: str):
        config = Config(max_pool_connections=AT_ONCE)
        self.s3 = boto3.client("s3", config=config)
        self.dynamodb = boto3.client("dynamodb", config=config)
        self.bucket, self.table = bucket, table

    def keys(self, prefix: str = "") -> Iterator[str]:
        """The keys of the bucket."""
        for page in self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=prefix
        ):
            yield from (entry["Key"] for entry in page.get("Contents", []))

    def items(self, table: str) -> Iterator[Item]:
        """The items of a table, as DynamoDB writes them."""
        for page in self.dynamodb.get_paginator("scan").paginate(TableName=table):
            yield from page["Items"]

    def read(self, key: str) -> bytes:
        """An object's bytes."""
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def write_items(self, items: list[Item]) -> None:
        """Make a table of `items`."""
        self.dynamodb.create_table(
            TableName=SCRATCH,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        for start in range(0, len(items), BATCH):
            puts = [{"PutRequest": {"Item": item}} for item in items[start : start + BATCH]]
            self.dynamodb.batch_write_item(RequestItems={SCRATCH: puts})

    def delete_scratch(self) -> None:
        """Leave no table behind."""
        self.dynamodb.delete_table(TableName=SCRATCH)


def restore(account: Account, _: Path) -> None:
    """The newest backup into a table, and both tables read."""
    (*_, newest) = account.dynamodb.list_backups(TableName=account.table)["BackupSummaries"]
    account.dynamodb.restore_table_from_backup(
        TargetTableName=SCRATCH, BackupArn=newest["BackupArn"]
    )
    account.dynamodb.get_waiter("table_exists").wait(
        TableName=SCRATCH, WaiterConfig={"Delay": 0.05}
    )
    for table in (account.table, SCRATCH):
        for _item in account.items(table):
            pass
    account.delete_scratch()


def rebuild(account: Account, _: Path) -> None:
    """Every sidecar read, and written as an item; the table read once."""
    import json

    keys = [key for key in account.keys("videos/") if key.endswith(".json")]
    with ThreadPoolExecutor(AT_ONCE) as workers:
        found = [json.loads(body)["highlight"] for body in workers.map(account.read, keys)]
    account.write_items([TypeSerializer().serialize(item)["M"] for item in found])
    for _item in account.items(SCRATCH):
        pass
    account.delete_scratch()


def export(account: Account, folder: Path) -> None:
    """Every item read, and every object into a file."""
    for _item in account.items(account.table):
        pass

    def copy(key: str) -> None:
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(account.read(key))

    with ThreadPoolExecutor(AT_ONCE) as workers:
        list(workers.map(copy, list(account.keys())))


def import_(account: Account, folder: Path) -> None:
    """Every file into an object, every sidecar an item too."""
    import json

    files = [path for path in folder.rglob("*") if path.is_file()]

    def copy(path: Path) -> None:
        account.s3.put_object(
            Bucket=account.bucket,
            Key=f"bare/{path.relative_to(folder).as_posix()}",
            Body=path.read_bytes(),
        )

    with ThreadPoolExecutor(AT_ONCE) as workers:
        list(workers.map(copy, files))
    items = [json.loads(path.read_bytes())["highlight"] for path in files if path.suffix == ".json"]
    account.write_items([TypeSerializer().serialize(item)["M"] for item in items])
    account.delete_scratch()


WAYS: dict[str, Callable[[Account, Path], None]] = {
    "restore": restore,
    "rebuild": rebuild,
    "export": export,
    "import": import_,
}


if __name__ == "__main__":
    WAYS[sys.argv[1]](Account(sys.argv[2], sys.argv[3]), Path(sys.argv[4]))
