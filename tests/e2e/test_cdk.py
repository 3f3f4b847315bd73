"""The real CDK CLI: what a person's CI and a person's account get."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gameday.embedded import cdk_cli
from gameday.embedded.aws import EmbeddedAws
from gameday.embedded.provider import Provider
from gameday.vault import Vault
from tests.e2e.conftest import KEY, Pipeline

ROOT = Path(__file__).parents[2]
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="session")
def synthesised_by_cli(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`cdk synth` as CI runs it, where no credentials and no network are to be had.

    With every switch on: that is all that the default settings make, and more.
    """
    out = tmp_path_factory.mktemp("synth") / "cdk.out"
    environment = {
        **cdk_cli._path(),
        **cdk_cli.QUIET,
        "HOME": str(out.parent),
        "HTTP_PROXY": NOWHERE,
        "HTTPS_PROXY": NOWHERE,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DEFAULT_ACCOUNT": "123456789012",
        "CDK_DEFAULT_REGION": "us-east-1",
    }
    command = [str(cdk_cli._node()), str(cdk_cli._script(ROOT)), "synth", "--quiet"]
    for setting in ("replica_region=eu-west-1", "replica_lock_days=30", "aws_backup_days=35"):
        command += ["-c", setting]
    done = subprocess.run(
        [*command, "--output", str(out), "--no-notices"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_synth_needs_nobody_and_every_finding_is_fixed_or_acknowledged(synthesised_by_cli: Path):
    report = json.loads((synthesised_by_cli / "validation-report.json").read_text())

    (nag,) = [one for one in report["pluginReports"] if one["pluginName"] == "AwsSolutions"]
    assert nag["conclusion"] == "success"
    assert nag["violations"] == []
    for acknowledged in nag["suppressedViolations"]:
        assert len(acknowledged["reason"]) > 40
        assert "/" in acknowledged["acknowledgedAt"], "beside its construct, not for the app"


def test_the_templates_pass_cfn_lint(synthesised_by_cli: Path):
    templates = [str(path) for path in synthesised_by_cli.glob("*.template.json")]
    linter = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run(
        [str(linter), *templates], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert len(templates) == 7
    assert done.returncode == 0, done.stdout


def test_wrong_settings_stop_synth_with_every_problem(tmp_path: Path):
    environment = os.environ | {
        "CDK_OUTDIR": str(tmp_path),
        "CDK_CONTEXT_JSON": json.dumps({"limit": 99, "run_time": "noon"}),
    }
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert "2 problems" in done.stderr
    assert "Traceback" not in done.stderr


def test_bootstrap_and_deploy_make_a_vault_that_keeps_a_game_day(
    running_aws: EmbeddedAws, assembly: Path, provider: Provider
):
    running_aws.reset()
    cdk_cli.bootstrap(running_aws)
    cdk_cli.deploy(running_aws, assembly)
    vault = Vault.deployed(running_aws)
    vault.set_provider_key(KEY)
    provider.highlights = provider.highlights[:1]

    run = Pipeline(running_aws, vault, provider).run()

    assert run.execution.status == "SUCCEEDED", run.execution.message
    assert set(run.statuses().values()) == {"playable"}
