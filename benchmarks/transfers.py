"""One video from a loopback source into a loopback S3, by one contender, timed."""

import functools
import http.client
import json
import shutil
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks import rivals
from benchmarks.contenders.transferring import BUCKET
from benchmarks.processes import ContenderFailed, Measured, measure, serving
from benchmarks.quiet import quietly

SOURCE_RATE = 25 * 1024 * 1024  # bytes per second of each connection, where they are limited
STORE_RATE = 60_000_000

# Where the contenders look for whom to trust.
CERTIFICATE_VARIABLES = (
    "SSL_CERT_FILE",
    "AWS_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "RCLONE_CA_CERT",
)


@dataclass(frozen=True)
class Network:
    """What the source and the store are like. limited: to their rates, in each connection."""

    tls: bool = False
    limited: bool = False
    ranges: bool = True


@dataclass(frozen=True)
class Servers:
    """A source and a store that run. url: of the video. endpoint: of S3. certificate: in TLS."""

    url: str
    endpoint: str
    certificate: Path | None

    @property
    def variables(self) -> dict[str, str]:
        """What every contender finds in its environment."""
        variables = {
            "AWS_ACCESS_KEY_ID": "benchmark",
            "AWS_SECRET_ACCESS_KEY": "benchmark",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.endpoint,
            "S3_ENDPOINT_URL": self.endpoint,
            "RCLONE_CONFIG": "/dev/null",
            "RCLONE_S3_PROVIDER": "Other",
            "RCLONE_S3_ENV_AUTH": "true",
            "RCLONE_S3_ENDPOINT": self.endpoint,
            "RCLONE_S3_REGION": "us-east-1",
            "RCLONE_S3_NO_CHECK_BUCKET": "true",
            "RCLONE_S3_NO_HEAD": "true",
        }
        trusting = dict.fromkeys(CERTIFICATE_VARIABLES, str(self.certificate))
        return variables | trusting if self.certificate else variables

    def arrived(self) -> dict[str, Any]:
        """What the store has taken: `bytes` in all, and its `objects` by name."""
        address = urlsplit(self.endpoint)
        if self.certificate:
            context = ssl.create_default_context(cafile=self.certificate)
            connection = http.client.HTTPSConnection(address.netloc, context=context)
        else:
            connection = http.client.HTTPConnection(address.netloc)
        connection.request("GET", "/")
        return json.load(connection.getresponse())


@contextmanager
def loopback(
    clip: Path, certificates: Path, network: Network, *, check: bool = False
) -> Iterator[Servers]:
    """A source of `clip` and a store, running in the block. check: see `s3_sink`."""
    shared = ["--certificates", str(certificates)] if network.tls else []
    source, sink = [str(clip), *shared], [*shared]
    if network.limited:
        source += ["--rate", str(SOURCE_RATE)]
        sink += ["--rate", str(STORE_RATE)]
    if not network.ranges:
        source.append("--no-ranges")
    if check:
        sink.append("--check")
    with serving("source_server", *source) as url, serving("s3_sink", *sink) as endpoint:
        trusted = certificates / "certificate.pem" if network.tls else None
        yield Servers(f"{url}/clip.mp4", endpoint, trusted)


@dataclass(frozen=True)
class Contender:
    """A way to move a video. command: for a URL and a key; empty where it is not installed."""

    shown: str
    command: Callable[[str, str], list[str]]


def _by_module(shown: str, way: str, interpreter: Callable[[], str | None]) -> Contender:
    """A way of `transferring`."""

    def command(url: str, key: str) -> list[str]:
        python = interpreter()
        module = "benchmarks.contenders.transferring"
        return [python, "-m", module, way, url, key] if python else []

    return Contender(shown, command)


def _by_pipe(shown: str, name: str, upload: str) -> Contender:
    """A pipe from `curl` to the program `name`, which is $2 to the shell's command `upload`."""

    def command(url: str, key: str) -> list[str]:
        curl, program = shutil.which("curl"), rivals.program(name)
        if not curl or not program:
            return []
        return ["sh", "-c", f'"$0" -sSf "$1" | {upload}', curl, url, program, BUCKET, key]

    return Contender(shown, command)


def _rclone(url: str, key: str) -> list[str]:
    rclone = shutil.which("rclone")
    if not rclone:
        return []
    # With that variable its S3 client refuses to start; it has RCLONE_CA_CERT.
    return ["env", "-u", "AWS_CA_BUNDLE", rclone, "copyurl", url, f":s3:{BUCKET}/{key}"]


def _own_python() -> str:
    return sys.executable


CONTENDERS = {
    "vault": _by_module("vault", "vault", _own_python),
    "seeds": _by_module("requests + BytesIO + put_object", "seeds", _own_python),
    "boto3": _by_module("boto3.upload_fileobj", "boto3", _own_python),
    "smart_open": _by_module("smart_open", "smart_open", rivals.python),
    "aws": _by_pipe("curl, aws s3 cp -", "aws", '"$2" s3 cp --only-show-errors - "s3://$3/$4"'),
    "s5cmd": _by_pipe("curl, s5cmd pipe", "s5cmd", '"$2" pipe "s3://$3/$4"'),
    "rclone": Contender("rclone copyurl", _rclone),
    "obstore": _by_module("obstore", "obstore", rivals.python),
    "relay": _by_module("bare relay", "relay", _own_python),
    "ranged_relay": _by_module("bare relay of 4 ranges", "ranged_relay", _own_python),
}


def transfer(
    servers: Servers, way: str, size: int, key: str, *, patient: bool
) -> dict[str, Any] | None:
    """The figures of one transfer of `size` bytes; None when the contender is not installed.

    patient: wait until the machine is quiet.

    seconds: of the process. transfer_seconds: of the transfer alone, where the contender tells.
    cpu_seconds, peak_bytes: see `Measured`. Raises ContenderFailed, also when bytes are missing.
    """
    command = CONTENDERS[way].command(servers.url, key)
    if not command:
        return None

    def once() -> Measured:
        before = servers.arrived()["bytes"]
        measured = measure(*command, **servers.variables)
        arrived = servers.arrived()["bytes"] - before
        if arrived < size:
            raise ContenderFailed(f"{way}: {arrived:,} of {size:,} bytes arrived")
        return measured

    measured = quietly(once) if patient else once()
    told = json.loads(measured.out) if "-m" in command else {}
    return {
        "seconds": measured.seconds,
        "transfer_seconds": told.get("seconds"),
        "cpu_seconds": measured.cpu_seconds,
        "peak_bytes": measured.peak_bytes,
    }


def transfers(servers: Servers, way: str, count: int, at_once: int, *, patient: bool) -> float:
    """Seconds of `count` transfers, `at_once` of them side by side.

    way: a way of `transferring`, or a half of one: see `many_downloads`.
    """
    module, arguments = "benchmarks.contenders.many_downloads", (str(count), str(at_once))
    command = (sys.executable, "-m", module, way, servers.url, *arguments)
    once = functools.partial(measure, *command, **servers.variables)
    return json.loads((quietly(once) if patient else once()).out)["seconds"]
