"""The whole app: storage that stays, a pipeline that may be replaced, and their checks."""

from typing import Any

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from stacks.pipeline import PipelineStack
from stacks.settings import Settings
from stacks.storage import StorageStack


def build(context: dict[str, Any] | None = None, outdir: str | None = None) -> App:
    """The app with both stacks; raises SettingsError when its context cannot be deployed.

    context, outdir: what `cdk synth` gives by `cdk.json`, `-c` and `-o`; the CDK CLI hands
    both over by the environment, so they are given here only without it.
    """
    app = App(context=context, outdir=outdir)
    settings = Settings.from_context(app.node.get_all_context())
    storage = StorageStack(app, "GameDayStorage")
    PipelineStack(app, "GameDayPipeline", storage=storage, settings=settings)
    Validations.of(app).add_plugins(AwsSolutionsChecks())
    return app
