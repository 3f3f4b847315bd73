"""The drill's second step: the scratch table held against the live one, and a day rebuilt."""

import time
from datetime import UTC, datetime

from lambdas import clients
from lambdas.drill_settings import DrillSettings
from lambdas.highlights.backup_store import BackupStore
from lambdas.highlights.drill.as_of import AsOf
from lambdas.highlights.drill.choice import Named
from lambdas.highlights.drill.day import Rebuilt, rebuild
from lambdas.highlights.drill.picks import DaySample
from lambdas.highlights.drill.record import held_as_json, rebuilt_as_json
from lambdas.highlights.drill.tables import compare_tables
from lambdas.objects import Objects
from lambdas.step import Context, Event, logger, step


@step
def handler(event: Event, _: Context) -> Event:
    """`{"execution", "restore", ...}` to counts and the first ids of what differs.

    `"rebuild"`: the same of one game day, by its sidecars. `"sample"`: the objects to be checked,
    `{"id", "part"}` each. `"missing_backup"`: the newest backup that the ledger names, if it is
    gone, else None.
    """
    settings = DrillSettings.from_env()
    restore, now = event["restore"], datetime.now(UTC)
    as_of = AsOf.requested(datetime.fromisoformat(restore["created_at"]))
    found = compare_tables(
        clients.table(restore["scratch"]).scan(),
        clients.table(settings.table_name).scan(),
        as_of,
        now,
        seed=event["execution"],
        sample=settings.sample,
    )
    logger.info("tables compared", said=found.held.comparison.in_words())
    return {
        **held_as_json(found.held),
        "missing_backup": _missing_backup(found.named, settings),
        "rebuild": rebuilt_as_json(_rebuilt(found.day, settings, as_of)),
        "sample": found.objects.chosen(),
    }


def _rebuilt(day: DaySample, settings: DrillSettings, as_of: AsOf) -> Rebuilt | None:
    if day.game_day is None:
        return None
    archive = Objects(clients.s3(), settings.bucket_name)
    keys = archive.keys(f"videos/{day.game_day.folder}/")
    return rebuild(day.game_day, day.items, keys, archive.read, as_of, datetime.now(UTC))


def _missing_backup(named: Named, settings: DrillSettings) -> str | None:
    store = BackupStore(clients.dynamodb(), settings.table_name, time.monotonic, time.sleep)
    return named.missing_from(store.ours())
