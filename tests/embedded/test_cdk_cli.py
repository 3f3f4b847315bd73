"""The CDK CLI is run on the Node from PyPI, against the embedded AWS and nothing else.

A stand-in for the CLI says what it was run with; the real one is run end to end elsewhere.
"""

import json
from pathlib import Path

import pytest

from gameday.embedded.assembly import AssemblyError, asset_bucket
from gameday.embedded.aws import EmbeddedAws
from gameday.embedded.cdk_cli import CdkFailed, CdkUnavailable, bootstrap, deploy

REPORTS = """
const fs = require("fs");
const args = process.argv.slice(2);
console.log(JSON.stringify({ args, env: process.env, folder: process.cwd() }));
if (args.includes("--outputs-file")) {
  fs.writeFileSync(args[args.indexOf("--outputs-file") + 1], '{"Storage": {"Table": "clips"}}');
}
"""

FAILS = """
for (let line = 0; line < 100; line++) console.log("line " + line);
console.error("Storage failed");
process.exit(3);
"""


def project_with(cli: str, folder: Path) -> Path:
    script = folder / "node_modules" / "aws-cdk" / "bin" / "cdk"
    script.parent.mkdir(parents=True)
    script.write_text(cli)
    return folder


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    folder = tmp_path / "cdk.out"
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    return folder


def test_the_cli_reaches_the_embedded_aws_and_nothing_of_the_host(
    aws: EmbeddedAws, assembly: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("RAPIDAPI_KEY", "secret")
    project = project_with(REPORTS, tmp_path / "project")
    lines: list[str] = []

    outputs = deploy(aws, assembly, project=project, output=lines.append)

    [report] = map(json.loads, lines)
    assert outputs == {"Storage": {"Table": "clips"}}
    assert report["args"][:2] == ["deploy", "--all"]
    assert report["args"][report["args"].index("--app") + 1] == str(assembly)
    assert report["env"]["AWS_ENDPOINT_URL"] == aws.endpoint_url
    assert report["env"]["CDK_DISABLE_CLI_TELEMETRY"] == "true"
    assert not {"AWS_PROFILE", "RAPIDAPI_KEY"} & report["env"].keys()


def test_an_app_is_synthesised_where_it_lies(aws: EmbeddedAws, tmp_path: Path):
    app = tmp_path / "app"
    app.mkdir()
    (app / "cdk.json").write_text("{}")
    project = project_with(REPORTS, tmp_path / "project")
    lines: list[str] = []

    deploy(aws, app, project=project, output=lines.append)

    [report] = map(json.loads, lines)
    assert report["folder"] == str(app)
    assert "--app" not in report["args"]


def test_bootstrapping_makes_way_for_the_real_asset_bucket(aws: EmbeddedAws, tmp_path: Path):
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=asset_bucket(aws))
    s3.put_object(Bucket=asset_bucket(aws), Key="code.zip", Body=b"")

    bootstrap(aws, project=project_with(REPORTS, tmp_path))

    assert s3.list_buckets()["Buckets"] == []


def test_a_failure_shows_the_end_of_the_output(aws: EmbeddedAws, assembly: Path, tmp_path: Path):
    with pytest.raises(CdkFailed, match="cdk deploy ended with status 3") as failed:
        deploy(aws, assembly, project=project_with(FAILS, tmp_path / "project"))

    assert str(failed.value).splitlines()[-1].strip() == "Storage failed"
    assert "line 99" in str(failed.value)
    assert "line 9\n" not in str(failed.value)


def test_without_the_cli_it_says_what_to_run(aws: EmbeddedAws, assembly: Path, tmp_path: Path):
    with pytest.raises(CdkUnavailable, match="run npm ci"):
        deploy(aws, assembly, project=tmp_path)


def test_a_folder_without_an_app_is_said_to_be_none(aws: EmbeddedAws, tmp_path: Path):
    with pytest.raises(AssemblyError, match=r"neither a cloud assembly nor .* cdk\.json"):
        deploy(aws, tmp_path, project=project_with(REPORTS, tmp_path))
