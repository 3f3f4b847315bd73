"""An AWS account on this machine: the emulator, its fixes, and clients for it."""

import contextlib
import contextvars
import fcntl
import functools
import logging
import os
import shutil
import sys
import threading
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import boto3
import botocore.session
from botocore.config import Config

from gameday.account import CONNECTIONS
from gameday.embedded import clock, fixes
from gameday.embedded.emulator import PACKAGE, environment, import_emulator
from gameday.embedded.fixes import (
    executions,
    function_code,
    function_forks,
    function_runtime,
    schedules,
)
from gameday.embedded.mediaconvert import register
from gameday.embedded.schedule_clock import ScheduleClock
from gameday.embedded.server import LOOPBACK, Server, loopback_socket
from gameday.embedded.snapshots import Snapshots

ACCOUNT = "000000000000"
REGION = "us-east-1"

# The emulator takes this pair for the account's root user. It opens nothing but a port of
# the loopback interface.
ACCESS_KEY = "AKIAGAMEDAYVAULT0000"
SECRET_KEY = "the-embedded-aws-listens-on-loopback-only"

WAIT_SCALE = 0.02
"""Default factor of every wait and retry interval: a minute takes 1.2 seconds."""


class AlreadyRunning(RuntimeError):
    """This process runs an embedded AWS already; the emulator's state is one per process."""


class StateInUse(RuntimeError):
    """Another process runs an embedded AWS on the same folder."""


class EmbeddedAws:
    """An AWS account whose state lives in `state_dir`, served on a loopback port while started.

    Port 0 chooses a free one. `wait_scale` multiplies the waits and retry intervals of state
    machines. With `fire_schedules`, schedules fire by the clock; `pass_time` fires them always.

    A context manager; `start` and `stop` do the same by hand.
    """

    account = ACCOUNT
    region = REGION

    _running: "EmbeddedAws | None" = None
    _changing = threading.Lock()

    def __init__(
        self,
        state_dir: Path,
        port: int = 0,
        wait_scale: float = WAIT_SCALE,
        *,
        fire_schedules: bool = False,
    ) -> None:
        self.state_dir = Path(state_dir).resolve()
        self.wait_scale = wait_scale
        self._port = port
        self._fire_schedules = fire_schedules
        self._clients: dict[str, Any] = {}
        self._requests = 0
        self._requests_saved = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @property
    def endpoint_url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.port}"

    def start(self) -> None:
        """Load the state and serve it.

        Raises:
            AlreadyRunning: this process runs one already.
            StateInUse: another process uses the folder.
            PortUnavailable: the port is taken.
            StateUnreadable: the folder's state is damaged.
            EmulatorChanged: a fix does not fit the installed emulator.
        """
        with EmbeddedAws._changing:
            if EmbeddedAws._running is not None:
                raise AlreadyRunning(
                    f"an embedded AWS runs in this process, on {EmbeddedAws._running.state_dir}; "
                    "stop it first"
                )
            with contextlib.ExitStack() as undo:
                self._start(undo)
                self._undo = undo.pop_all()
            EmbeddedAws._running = self

    def stop(self) -> None:
        """Abort what runs, save the state and stop serving. Takes a few seconds at most."""
        with EmbeddedAws._changing:
            EmbeddedAws._running = None
            self._clients.clear()
            self._undo.close()

    def client(self, service: str) -> Any:
        """The boto3 client of a service, as the account's administrator."""
        if service not in self._clients:
            # Links to objects are signed as AWS signs them today, not as botocore does by default.
            signature = {"signature_version": "s3v4"} if service == "s3" else {}
            # As many calls side by side as a client of an account may make, past any proxy.
            config = Config(
                s3={"addressing_style": "path"},
                max_pool_connections=CONNECTIONS,
                proxies={},
                **signature,
            )
            self._clients[service] = _session().client(
                service, endpoint_url=self.endpoint_url, config=config
            )
        return self._clients[service]

    def environment(self) -> dict[str, str]:
        """The variables with which the AWS CLI, the CDK CLI and any SDK reach this account."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def reset(self) -> None:
        """Empty the account."""
        from ministack.core import lambda_runtime

        executions.stop_all()
        self._mediaconvert.reset()
        executions.join_all(lambda_runtime.reset)
        executions.resume()
        request = urllib.request.Request(f"{self.endpoint_url}/_ministack/reset", method="POST")
        with self._direct.open(request) as response:
            response.read()

    def now(self) -> datetime:
        """What time it is in the account, in UTC: this machine's time, until `shift_clock`."""
        return clock.now()

    def shift_clock(self, to: datetime) -> None:
        """Set the account's clock ahead: for its services and functions, and for its clients here.

        It goes on from there and stays ahead when the account is started again. A wait of a state
        machine whose end is passed over ends; schedules fire by `pass_time` alone. Raises
        ClockSetBack.
        """
        first = clock.file() is None
        clock.shift(to)
        if first:
            function_runtime.retire()

    def waiting(self) -> dict[str, datetime]:
        """The executions that wait for a time, and that time."""
        waking = executions.waking_times()
        return {arn: datetime.fromtimestamp(end, UTC) for arn, end in waking.items()}

    def pass_time(self, after: datetime, until: datetime) -> list[schedules.Firing]:
        """Fire the schedules that are due after one time and until another, in order of time."""
        firings = contextvars.copy_context().run(schedules.pass_time, after, until)
        self._requests += len(firings)
        return firings

    def _start(self, undo: contextlib.ExitStack) -> None:
        for folder in (self._services, self._objects):
            folder.mkdir(parents=True, exist_ok=True)
        undo.enter_context(_locked(self.state_dir / "lock"))
        sock = undo.enter_context(loopback_socket(self._port))
        undo.enter_context(_empty(self.state_dir / "scratch"))
        undo.enter_context(clock.kept_in(self.state_dir))
        self._app = import_emulator(self._settings(sock.getsockname()[1]))
        fixes.apply_all()
        self._configure()
        self._mediaconvert = register(self)
        self._server = Server(self._serve, sock)
        try:
            self._server.start()
        except BaseException:
            self._mediaconvert.stop()
            raise
        undo.callback(self._server.stop)
        # While the server still answers, so that a job can take back what it uploaded.
        undo.callback(self._mediaconvert.stop)
        # By then everything is saved; the emulator would write it all a second time.
        undo.callback(setattr, self._app, "PERSIST_STATE", False)
        snapshots = Snapshots(self._app, self._services, self._was_active)
        snapshots.start()
        undo.callback(snapshots.stop)
        undo.callback(self._end_work)
        if self._fire_schedules:
            schedules_clock = ScheduleClock(self.pass_time, self.now)
            schedules_clock.start()
            undo.callback(schedules_clock.stop)

    @property
    def _services(self) -> Path:
        return self.state_dir / "services"

    @property
    def _objects(self) -> Path:
        return self.state_dir / "objects"

    def _settings(self, port: int) -> dict[str, str]:
        """What the emulator sees as its environment; it inherits nothing of this process's."""
        return {
            "AUTH": "true",
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": f"http://{LOOPBACK}:{port}",
            "BIND_HOST": LOOPBACK,
            "DOCKER_HOST": "unix:///nowhere",
            "GATEWAY_PORT": str(port),
            "IOT_MTLS_ENABLED": "0",
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "MINISTACK_HOST": LOOPBACK,
            "MINISTACK_REGION": REGION,
            "S3_DATA_DIR": str(self._objects),
            "S3_PERSIST": "1",
            "SFTP_ENABLED": "0",
            "STATE_DIR": str(self._services),
            function_runtime.SCRATCH: str(self.state_dir / "scratch"),
        }

    def _configure(self) -> None:
        """Point the emulator, which reads its settings once, at this folder and this port."""
        from ministack.core import lambda_runtime, persistence
        from ministack.services import lambda_svc, s3, stepfunctions
        from ministack.services.cloudformation import custom_resource

        for name in self._app._registry_module_names():
            module = sys.modules.get(f"ministack.services.{name}")
            if module is not None and hasattr(module, "reset"):
                module.reset()
        lambda_runtime.reset()
        function_runtime.prepare()
        function_code.prune()
        executions.resume()
        persistence.PERSIST_STATE = self._app.PERSIST_STATE = True
        persistence.STATE_DIR = lambda_svc.STATE_DIR = str(self._services)
        lambda_svc.CODE_BLOB_DIR = str(self.state_dir / "functions")
        lambda_svc._GATEWAY_PORT = custom_resource._PORT = environment["GATEWAY_PORT"]
        stepfunctions._SFN_WAIT_SCALE = self.wait_scale
        s3.S3_PERSIST = True
        s3.DATA_DIR = environment["S3_DATA_DIR"]
        s3._load_persisted_data()

    def _end_work(self) -> None:
        from ministack.core import lambda_runtime

        # What is cut short from here on fails in many ways that no one need read about.
        logging.getLogger(PACKAGE).setLevel(logging.CRITICAL)
        executions.stop_all()
        lambda_runtime.reset()
        executions.join_all(lambda_runtime.reset)
        lambda_runtime.reset()
        function_forks.stop_all()

    async def _serve(self, scope: dict, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            self._requests += 1
        await self._app.app(scope, receive, send)

    def _was_active(self) -> bool:
        """Whether anything can have changed since this was asked last."""
        from ministack.services import stepfunctions

        seen, self._requests_saved = self._requests_saved, self._requests
        return seen != self._requests or any(
            execution["status"] == "RUNNING"
            for execution in list(stepfunctions._executions.all_values())
        )

    @functools.cached_property
    def _direct(self) -> urllib.request.OpenerDirector:
        return urllib.request.build_opener(urllib.request.ProxyHandler({}))


@functools.cache
def _session() -> boto3.Session:
    """Not the default session: profiles and settings files of this machine must not matter."""
    session = botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
    )
    session.set_credentials(ACCESS_KEY, SECRET_KEY)
    return boto3.Session(botocore_session=session, region_name=REGION)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StateInUse(
                f"another process runs the embedded AWS on {path.parent}; "
                "stop it, or use another folder"
            ) from error
        yield


@contextlib.contextmanager
def _empty(folder: Path) -> Iterator[None]:
    """A folder without what a killed process left in it, removed at the end."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
