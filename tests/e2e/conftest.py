"""The product as deployed: real templates, real bundle, real roles, in the embedded AWS."""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

from gameday.embedded import snapshots
from gameday.embedded.assembly import deploy_assembly
from gameday.embedded.aws import EmbeddedAws
from gameday.embedded.provider import Fault, Media, Provider
from gameday.embedded.sample import CLIPS, OTHER_LEAGUE, SampleDay, sample_day
from gameday.synthesis import project_context
from gameday.vault import Execution, Vault
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.keys import SIDECAR
from tests.e2e.command import Command, Done
from tests.e2e.roles import restore_policies
from tests.synthesis import synthesise

# Where the tests run in the background, Ctrl-C is ignored, and so it would be by what they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

KEY = "a-test-key"
DAY = GameDay(SampleDay.league, SampleDay.game_date)
# Nobody kills these processes; `Command.start` starts those that are killed.
snapshots.INTERVAL_SECONDS = 60.0

LONGEST_RUN = 300.0  # seconds after which an execution counts as hanging
POLL = 0.05
WAIT_SCALE = 0.008  # a minute's wait of a state machine is half a second
BEFORE_MIDNIGHT = timedelta(minutes=20)  # in which no test of what holds for a day may begin


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


def until(is_so: Callable[[], bool]) -> None:
    """Wait for something that is about to come."""
    deadline = time.monotonic() + LONGEST_RUN
    while not is_so():
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(POLL)


def _is_running(arn: str) -> bool:
    """Whether the execution runs; asked of the emulator itself, whose API would have most to do."""
    from ministack.services import stepfunctions

    (found,) = (
        one for one in list(stepfunctions._executions.all_values()) if one["executionArn"] == arn
    )
    return found["status"] == "RUNNING"


class Pipeline:
    """A deployed vault beside the provider that it asks."""

    def __init__(self, aws: EmbeddedAws, vault: Vault, provider: Provider):
        self.aws = aws
        self.vault = vault
        self.provider = provider
        self._earlier_jobs: set[str] = set()
        self._earlier_executions: set[str] = set()
        self._runs = len(self.executions())  # whose names are taken

    def empty(self) -> None:
        """Make it as if just deployed, but for its functions, which stay warm."""
        restore_policies(self.aws)
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
        pages = s3.get_paginator("list_object_versions").paginate(Bucket=self.vault.bucket)
        for page in pages:
            versions = [
                {k: one[k] for k in ("Key", "VersionId")} for one in page.get("Versions", [])
            ]
            if versions:
                s3.delete_objects(Bucket=self.vault.bucket, Delete={"Objects": versions})

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
        while _is_running(arn):
            assert time.monotonic() < deadline, f"{arn} hangs"
            time.sleep(0.01)
        return self.vault.execution(arn)

    @contextmanager
    def at_work(self) -> Iterator[str]:
        """An execution's name, which waits meanwhile for the provider to go on with its answer."""
        asked = len(self.provider.requests)
        self.provider.fail_next(Fault.STALLED)
        self._runs += 1
        name = f"run-{self._runs}"
        arn = self.vault.start(DAY, name)
        until(lambda: len(self.provider.requests) > asked)
        try:
            yield name
        finally:
            self.vault.stop(arn)

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
def sample(sample_folder: Path) -> SampleDay:
    """The sample day with its own clips."""
    return sample_day(sample_folder)


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
    running_provider.forgive()
    running_provider.requests.clear()
    return running_provider


@pytest.fixture(scope="session")
def assembly(running_provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("assembly") / "cdk.out"
    return synthesise(out, context_for(running_provider))


def context_for(provider: Provider, **settings: Any) -> dict[str, Any]:
    """The settings of most deployments here, beside the project's own."""
    return project_context() | {
        "provider_url": provider.url,
        "provider_host": "",
        "allowed_private_hosts": ["127.0.0.1"],
        "backup_retention": {"newest": 3},
        "limit": 40,
        **settings,
    }


@pytest.fixture(scope="session")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the functions' unpacked and compiled code lies, for every embedded AWS of the tests."""
    return tmp_path_factory.mktemp("code")


@pytest.fixture(scope="module")
def running_aws(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    """The one embedded AWS that a process can run, given back for the next module's."""
    with EmbeddedAws(_state(tmp_path_factory, code), wait_scale=WAIT_SCALE) as aws:
        yield aws


@pytest.fixture(scope="session")
def deployed_state(assembly: Path, code: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of an embedded AWS with a deployed vault and the provider's key in its secret."""
    state = _state(tmp_path_factory, code)
    with EmbeddedAws(state, wait_scale=WAIT_SCALE) as aws:
        outputs = deploy_assembly(assembly, aws)
        values = {name: one for stack in outputs.values() for name, one in stack.items()}
        Vault(aws, values).set_provider_key(KEY)
    return state


@pytest.fixture(scope="module")
def deployment(
    deployed_state: Path, running_provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pipeline]:
    """A deployed vault, for all tests of a module."""
    with _running(deployed_state, tmp_path_factory, running_provider) as pipeline:
        yield pipeline


@pytest.fixture(scope="session")
def kept_state(
    deployed_state: Path,
    running_provider: Provider,
    small_sample: SampleDay,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The state of an embedded AWS in which the sample day is kept, for others to start from."""
    running_provider.media = dict(small_sample.media)
    running_provider.highlights = small_sample.highlights(running_provider.base_url)
    with _running(deployed_state, tmp_path_factory, running_provider) as pipeline:
        run = pipeline.run()
        assert run.execution.status == "SUCCEEDED", run.execution
        return pipeline.aws.state_dir


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
    with _running(kept_state, tmp_path_factory, running_provider) as pipeline:
        yield pipeline


def _state(tmp_path_factory: pytest.TempPathFactory, code: Path) -> Path:
    """A folder for an embedded AWS, with the functions' code that others left."""
    state = tmp_path_factory.mktemp("aws")
    (state / "code").symlink_to(code)
    return state


@contextmanager
def _running(
    state: Path, tmp_path_factory: pytest.TempPathFactory, provider: Provider
) -> Iterator[Pipeline]:
    """An embedded AWS on a copy of `state`, in which a vault is deployed."""
    folder = tmp_path_factory.mktemp("aws") / "state"
    shutil.copytree(state, folder, symlinks=True)
    with EmbeddedAws(folder, wait_scale=WAIT_SCALE) as aws:
        vault = Vault.deployed(aws)
        assert vault is not None
        yield Pipeline(aws, vault, provider)


@pytest.fixture
def pipeline(deployment: Pipeline, provider: Provider) -> Pipeline:
    """The module's deployment with nothing in it, and the provider as it is at first."""
    deployment.empty()
    return deployment


@pytest.fixture
def within_a_day(pipeline: Pipeline) -> Pipeline:
    """The same, on a day of UTC that does not end meanwhile."""
    now = pipeline.aws.now()
    soon = now + BEFORE_MIDNIGHT
    if soon.date() > now.date():
        pipeline.aws.shift_clock(soon)
    return pipeline


def day(text: str) -> GameDay:
    """The game day `text`, YYYY-MM-DD, of the sample's league."""
    return GameDay(SampleDay.league, date.fromisoformat(text))


@pytest.fixture(scope="session")
def first_run(
    running_provider: Provider,
    small_sample: SampleDay,
    code: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, Done]:
    """A home that kept the sample day, and what the command said of it."""
    running_provider.media = dict(small_sample.media)
    running_provider.highlights = small_sample.highlights(running_provider.base_url)
    home = tmp_path_factory.mktemp("kept") / "home"
    home.joinpath("aws").mkdir(parents=True)
    home.joinpath("aws/code").symlink_to(code)
    return home, Command(home, *provider_options(running_provider)).run_apart("run", "--json")


@pytest.fixture(scope="session")
def emptied_home(
    first_run: tuple[Path, Done],
    running_provider: Provider,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A home in which the vault is deployed and holds nothing."""
    home = tmp_path_factory.mktemp("emptied") / "home"
    shutil.copytree(first_run[0], home, symlinks=True)
    with EmbeddedAws(home / "aws") as aws:
        vault = Vault.deployed(aws)
        assert vault is not None
        Pipeline(aws, vault, running_provider).empty()
    return home


@pytest.fixture
def command(emptied_home: Path, provider: Provider, tmp_path: Path) -> Command:
    """The command with a home in which nothing is kept, against the provider."""
    shutil.copytree(emptied_home, tmp_path / "home", symlinks=True)
    return Command(tmp_path / "home", *provider_options(provider))


@pytest.fixture
def kept_command(first_run: tuple[Path, Done], provider: Provider, tmp_path: Path) -> Command:
    """The command with a home of its own, in which the day is kept already."""
    shutil.copytree(first_run[0], tmp_path / "home", symlinks=True)
    return Command(tmp_path / "home", *provider_options(provider))


def provider_options(provider: Provider) -> list[str]:
    date = SampleDay.game_date.isoformat()
    return ["--api-url", provider.url, "--api-key", KEY, "--date", date]
