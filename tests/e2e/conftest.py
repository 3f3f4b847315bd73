"""The product as deployed: real templates, real bundle, real roles, in the embedded AWS."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

from gameday.embedded.assembly import deploy_assembly
from gameday.embedded.aws import EmbeddedAws
from gameday.embedded.provider import Media, Provider
from gameday.embedded.sample import CLIPS, OTHER_LEAGUE, SampleDay, sample_day
from gameday.synthesis import assembly_for, project_context
from gameday.vault import Execution, Vault
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.keys import SIDECAR
from tests.e2e.command import Command, Done
from tests.e2e.roles import inline_policies, restore_inline_policies

# Where the tests run in the background, Ctrl-C is ignored, and so it would be by what they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

KEY = "a-test-key"
DAY = GameDay(SampleDay.league, SampleDay.game_date)
LONGEST_RUN = 60.0  # seconds after which an execution counts as hanging
POLL = 0.05
WAIT_SCALE = 0.008  # a minute's wait of a state machine is half a second


@dataclass(frozen=True)
class Run:
    """An execution that has ended, and the record it left."""

    name: str
    execution: Execution
    record: dict[str, Any] | None

    def statuses(self) -> dict[str, str]:
        """Each highlight's status by its id."""
        assert self.record is not None, self.execution
        return {one["id"]: one["status"] for one in self.record["highlights"]}


class Pipeline:
    """A deployed vault beside the provider that it asks."""

    def __init__(self, aws: EmbeddedAws, vault: Vault, provider: Provider):
        self.aws = aws
        self.vault = vault
        self.provider = provider
        self._grants = inline_policies(aws)
        self._earlier_jobs: set[str] = set()
        self._earlier_executions: set[str] = set()
        self._runs = len(self.executions())  # whose names are taken

    def empty(self) -> None:
        """Make it as if just deployed, but for its functions, which stay warm."""
        restore_inline_policies(self.aws, self._grants)
        self._earlier_jobs |= {job["Id"] for job in self.jobs()}
        self._earlier_executions |= set(self.executions())
        dynamodb, s3 = self.aws.client("dynamodb"), self.aws.client("s3")
        for item in self.items():
            dynamodb.delete_item(TableName=self.vault.table, Key={"id": {"S": item}})
        season = self.vault.season_table
        for page in dynamodb.get_paginator("scan").paginate(TableName=season):
            for item in page["Items"]:
                key = {"pk": item["pk"], "sk": item["sk"]}
                dynamodb.delete_item(TableName=season, Key=key)
        for backup in dynamodb.list_backups()["BackupSummaries"]:
            dynamodb.delete_backup(BackupArn=backup["BackupArn"])
        versions = s3.list_object_versions(Bucket=self.vault.bucket).get("Versions", [])
        for one in versions:
            s3.delete_object(Bucket=self.vault.bucket, Key=one["Key"], VersionId=one["VersionId"])

    def list_only(self, *ids: int) -> None:
        """Let the provider list these highlights alone."""
        rows = self.provider.highlights
        self.provider.highlights = [row for row in rows if row["id"] in ids]

    def run(self, game_day: GameDay = DAY) -> Run:
        """Start an execution for `game_day` and wait for its end."""
        self._runs += 1
        name = f"run-{self._runs}"
        return self.finish(name, self.vault.start(game_day, name), game_day)

    def finish(self, name: str, arn: str, game_day: GameDay = DAY) -> Run:
        """Wait for the end of an execution that was started."""
        return Run(name, self.ended(arn), self.vault.record(game_day, name))

    def ended(self, arn: str) -> Execution:
        """An execution, whatever its state machine, once it has ended."""
        deadline = time.monotonic() + LONGEST_RUN
        while not (execution := self.vault.execution(arn)).ended:
            assert time.monotonic() < deadline, f"{arn} hangs"
            time.sleep(POLL)
        return execution

    def objects(self, prefix: str = "") -> dict[str, str]:
        """Every version's id by key and number, so that a second write of a key is seen."""
        listed = self.aws.client("s3").list_object_versions(Bucket=self.vault.bucket, Prefix=prefix)
        versions = [(one["Key"], one["VersionId"]) for one in listed.get("Versions", [])]
        return {f"{key}@{version}": key for key, version in versions}

    def videos(self) -> dict[str, str]:
        """`objects` of videos alone, without their sidecars."""
        kept = self.objects("videos/").items()
        return {version: key for version, key in kept if not SIDECAR.fullmatch(key)}

    def jobs(self) -> list[dict[str, Any]]:
        """Every transcoding job of the test."""
        pages = self.aws.client("mediaconvert").get_paginator("list_jobs").paginate()
        jobs = [job for page in pages for job in page["Jobs"]]
        return [job for job in jobs if job["Id"] not in self._earlier_jobs]

    def executions(self) -> list[str]:
        """The ARN of every execution of the test."""
        pages = self.aws.client("stepfunctions").get_paginator("list_executions")
        found = pages.paginate(stateMachineArn=self.vault.state_machine).build_full_result()
        arns = [one["executionArn"] for one in found["executions"]]
        return [arn for arn in arns if arn not in self._earlier_executions]

    def items(self) -> dict[str, dict[str, Any]]:
        """Every highlight of the ledger by its id."""
        return {item["id"]: item for item in self.vault.items()}


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleDay:
    """The sample day with its own clips."""
    return sample_day(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def small_sample(tmp_path_factory: pytest.TempPathFactory) -> SampleDay:
    """The sample day with clips of a second, for tests that are not about the clips."""
    folder = tmp_path_factory.mktemp("small")
    files = {suffix: _second_of_video(folder / f"clip{suffix}") for suffix in (".mp4", ".webm")}
    kinds = {".mp4": "video/mp4", ".webm": "video/webm"}
    names = (clip.name for clip in CLIPS)
    return SampleDay({n: Media(files[Path(n).suffix], kinds[Path(n).suffix]) for n in names})


def _second_of_video(path: Path) -> Path:
    picture = "testsrc2=size=160x90:rate=25:duration=1"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", picture]
    subprocess.run([*command, "-f", "lavfi", "-i", "sine=duration=1", str(path)], check=True)
    return path


@pytest.fixture(scope="session")
def running_provider() -> Iterator[Provider]:
    """One provider for all tests: its address is a setting, and settings take a synthesis."""
    with Provider(key=KEY, daily_quota=1_000_000, leaked_leagues=[OTHER_LEAGUE]) as provider:
        yield provider


@pytest.fixture
def provider(running_provider: Provider, small_sample: SampleDay) -> Provider:
    """The provider, serving the sample day with small clips."""
    running_provider.media = dict(small_sample.media)
    running_provider.highlights = small_sample.highlights(running_provider.base_url)
    running_provider.matches = None
    running_provider.requests.clear()
    return running_provider


@pytest.fixture(scope="session")
def assembly(running_provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Path:
    context = project_context() | {
        "provider_url": running_provider.url,
        "provider_host": "",
        "allowed_private_hosts": ["127.0.0.1"],
        "backup_retention": {"newest": 3},
        "limit": 40,
    }
    return assembly_for(context, tmp_path_factory.mktemp("assemblies"))


@pytest.fixture(scope="module")
def running_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    """The one embedded AWS that a process can run, given back for the next module's."""
    with EmbeddedAws(tmp_path_factory.mktemp("aws"), wait_scale=WAIT_SCALE) as aws:
        yield aws


@pytest.fixture(scope="module")
def deployment(running_aws: EmbeddedAws, assembly: Path, running_provider: Provider) -> Pipeline:
    """A deployed vault with the provider's key in its secret, for all tests of a module."""
    return _deployed(running_aws, assembly, running_provider)


@pytest.fixture(scope="session")
def kept_state(
    assembly: Path,
    running_provider: Provider,
    small_sample: SampleDay,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The state of an embedded AWS in which the sample day is kept, for others to start from."""
    running_provider.media = dict(small_sample.media)
    running_provider.highlights = small_sample.highlights(running_provider.base_url)
    state = tmp_path_factory.mktemp("kept-state")
    with EmbeddedAws(state, wait_scale=WAIT_SCALE) as aws:
        run = _deployed(aws, assembly, running_provider).run()
        assert run.execution.status == "SUCCEEDED", run.execution
    return state


@pytest.fixture(scope="module")
def kept_deployment(
    kept_state: Path,
    running_provider: Provider,
    small_sample: SampleDay,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Pipeline]:
    """A deployment in which the sample day is kept, for all tests of a module."""
    running_provider.media = dict(small_sample.media)
    running_provider.highlights = small_sample.highlights(running_provider.base_url)
    state = tmp_path_factory.mktemp("kept-aws") / "state"
    shutil.copytree(kept_state, state)
    with EmbeddedAws(state, wait_scale=WAIT_SCALE) as aws:
        vault = Vault.deployed(aws)
        assert vault is not None
        yield Pipeline(aws, vault, running_provider)


def _deployed(aws: EmbeddedAws, assembly: Path, provider: Provider) -> Pipeline:
    outputs = deploy_assembly(assembly, aws)
    values = {name: one for stack in outputs.values() for name, one in stack.items()}
    vault = Vault(aws, values)
    vault.set_provider_key(KEY)
    return Pipeline(aws, vault, provider)


@pytest.fixture
def pipeline(deployment: Pipeline, provider: Provider) -> Pipeline:
    """The module's deployment with nothing in it, and the provider as it is at first."""
    deployment.empty()
    return deployment


def day(text: str) -> GameDay:
    """The game day `text`, YYYY-MM-DD, of the sample's league."""
    return GameDay(SampleDay.league, date.fromisoformat(text))


@pytest.fixture(scope="session")
def synthesised(running_provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has synthesised for the provider, for others to start from."""
    home = tmp_path_factory.mktemp("synthesised")
    running_provider.highlights = []
    done = Command(home, *provider_options(running_provider)).run("run", "--date", "2026-01-12")
    assert done.code == 0, done.err
    return home


@pytest.fixture
def command(synthesised: Path, provider: Provider, tmp_path: Path) -> Command:
    """The command with an empty home, against the provider."""
    home = tmp_path / "home"
    shutil.copytree(synthesised / "assemblies", home / "assemblies")
    return Command(home, *provider_options(provider))


@pytest.fixture(scope="session")
def first_run(
    synthesised: Path,
    running_provider: Provider,
    small_sample: SampleDay,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, Done]:
    """A home that kept the sample day, and what the command said of it."""
    running_provider.media = dict(small_sample.media)
    running_provider.highlights = small_sample.highlights(running_provider.base_url)
    home = tmp_path_factory.mktemp("kept") / "home"
    shutil.copytree(synthesised / "assemblies", home / "assemblies")
    return home, Command(home, *provider_options(running_provider)).run("run", "--json")


@pytest.fixture
def kept_command(first_run: tuple[Path, Done], provider: Provider, tmp_path: Path) -> Command:
    """The command with a home of its own, in which the day is kept already."""
    shutil.copytree(first_run[0], tmp_path / "home")
    return Command(tmp_path / "home", *provider_options(provider))


def provider_options(provider: Provider) -> list[str]:
    date = SampleDay.game_date.isoformat()
    return ["--api-url", provider.url, "--api-key", KEY, "--date", date]
