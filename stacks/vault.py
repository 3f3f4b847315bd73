"""The whole app: storage that stays, a pipeline that may be replaced, and their checks."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aws_cdk import App, Stack, Validations
from cdk_nag import AwsSolutionsChecks

from stacks.backup_vault import BackupVaultStack
from stacks.bundle import build_bundle
from stacks.drill import DrillStack
from stacks.functions import RUNTIME
from stacks.pipeline import PipelineStack
from stacks.replica import ReplicaStack
from stacks.season import SeasonStack
from stacks.second_place import VAULT, SecondPlace
from stacks.settings import Settings
from stacks.storage import StorageStack


def build(context: dict[str, Any] | None = None, outdir: str | None = None) -> App:
    """The app with all its stacks; raises SettingsError when its context cannot be deployed.

    context, outdir: what `cdk synth` gives by `cdk.json`, `-c` and `-o`; the CDK CLI hands
    both over by the environment, so they are given here only without it. It also says there
    which account and region it works with, as far as it knows:
    https://docs.aws.amazon.com/cdk/v2/guide/configure-env.html
    """
    app = App(context=context, outdir=outdir)
    account = os.environ.get("CDK_DEFAULT_ACCOUNT", "")
    region = os.environ.get("CDK_DEFAULT_REGION", "")
    settings = Settings.from_context(app.node.get_all_context(), account, region)
    place = SecondPlace.of(settings, account, region)
    home = place.at_home if place else None
    storage = StorageStack(app, "GameDayStorage", settings=settings, place=place, env=home)
    with tempfile.TemporaryDirectory() as folder:
        shared = {
            "settings": settings,
            "bundle": build_bundle(Path(folder) / "bundle", RUNTIME.name),
        }
        pipeline = PipelineStack(
            app, "GameDayPipeline", storage=storage, place=place, env=home, **shared
        )
        drill = DrillStack(app, "GameDayDrill", storage=storage, env=home, **shared)
        SeasonStack(
            app,
            "GameDaySeason",
            storage=storage,
            pipeline=pipeline,
            alarms=[*pipeline.alarms.names, *drill.alarms.names],
            env=home,
            **shared,
        )
    for stack in _elsewhere(app, settings, place):
        storage.add_stack_dependency(stack, "what the storage is copied to has to be there first")
    Validations.of(app).add_plugins(AwsSolutionsChecks())
    return app


def _elsewhere(app: App, settings: Settings, place: SecondPlace | None) -> Iterator[Stack]:
    """The stacks of what outlives even its own switch: it is left in place when that is off."""
    days = settings.aws_backup_days
    if place:
        yield ReplicaStack(app, "GameDayReplica", place=place, lock_days=settings.replica_lock_days)
    if days:
        home = place.at_home if place else None
        yield BackupVaultStack(app, "GameDayBackupVault", name=VAULT, days=days, env=home)
    if days and place:
        yield BackupVaultStack(
            app, "GameDayBackupVaultCopies", name=place.vault, days=days, env=place.away
        )
