"""Jobs over time: waiting, progress, cancelling, and what ends with the service."""

import os
import signal
import socket
import subprocess
import sys

import pytest
from mediaconvert_jobs import DEADLINE_SECONDS, files_in, settings_for, video_output

from gameday.embedded.mediaconvert import Limits, MediaConvert
from gameday.embedded.mediaconvert.jobs import JobStore
from gameday.embedded.mediaconvert.transcoding import Progress

OWNER = """
import sys
from pathlib import Path
from gameday.embedded.mediaconvert.ffmpeg import FfmpegRun

FfmpegRun(sys.argv[2:], Path(sys.argv[1])).wait()
"""


@pytest.fixture
def endless(account, bucket, endless_clip):
    """Settings of a job that no test waits for."""
    return settings_for(account.upload(endless_clip, bucket), f"s3://{bucket}/out/")


@pytest.fixture
def small_service(aws, account):
    """A service of its own, which a test can stop."""
    service = MediaConvert(aws, Limits(jobs=1, threads=1))
    service.start()
    yield service
    service.stop()


def test_a_completed_job_emits_its_events(account, bucket, role, clip):
    events = account.listen()
    location = account.upload(clip, bucket)
    settings = settings_for(location, f"s3://{bucket}/out/")
    job = account.run(settings, role, UserMetadata={"game": "42"})

    progressing = events.next("PROGRESSING")
    assert progressing["jobId"] == job["Id"]
    assert progressing["userMetadata"] == {"game": "42"}
    (source,) = events.next("INPUT_INFORMATION")["inputDetails"]
    assert source["uri"] == location
    assert (source["video"][0]["codec"], source["video"][0]["width"]) == ("H_264", 320)
    (group,) = events.next("COMPLETE")["outputGroupDetails"]
    (output,) = group["outputDetails"]
    assert output["outputFilePaths"] == [f"s3://{bucket}/out/clip.mp4"]
    assert output["videoDetails"]["heightInPx"] == 240


def test_a_failed_job_emits_its_error(account, bucket, role):
    events = account.listen()
    account.run(settings_for(f"s3://{bucket}/missing.mp4", f"s3://{bucket}/out/"), role)

    assert events.next("ERROR")["errorCode"] == 1404


def test_a_cancelled_job_leaves_nothing(account, bucket, role, endless):
    events = account.listen()
    job = account.api.create_job(Role=role, Settings=endless)["Job"]
    events.next("INPUT_INFORMATION")

    cancelled = account.api.cancel_job(Id=job["Id"])
    assert cancelled["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert events.next("CANCELED")["jobId"] == job["Id"]
    assert account.api.get_job(Id=job["Id"])["Job"]["Status"] == "CANCELED"
    assert account.keys(bucket, "out/") == []


def test_progress_is_reported(account, role, endless):
    job = account.api.create_job(Role=role, Settings=endless)["Job"]
    while not (now := account.api.get_job(Id=job["Id"])["Job"]).get("JobPercentComplete"):
        assert now["Status"] in ("SUBMITTED", "PROGRESSING")

    assert now["CurrentPhase"] == "TRANSCODING"
    assert 0 < now["JobPercentComplete"] < 100
    account.api.cancel_job(Id=job["Id"])


def test_status_updates_come_at_the_interval_of_the_job(account, bucket, role, small_service):
    events = account.listen()
    settings = settings_for(f"s3://{bucket}/missing.mp4", f"s3://{bucket}/out/")
    request = {"Role": role, "Settings": settings, "StatusUpdateInterval": "SECONDS_30"}
    now = [0.0]
    progress = Progress(small_service.submit(request), duration=10.0, clock=lambda: now[0])
    for now[0], seconds_done in ((10.0, 1.0), (31.0, 5.0), (40.0, 6.0), (62.0, 7.5)):
        progress(seconds_done)

    updates = [events.next("STATUS_UPDATE")["jobProgress"] for _ in range(2)]
    assert {update["jobPercentComplete"] for update in updates} == {50, 75}


def test_no_more_than_two_jobs_run_at_once(account, role, endless):
    events = account.listen()
    jobs = [account.api.create_job(Role=role, Settings=endless)["Job"]["Id"] for _ in range(3)]
    started = {events.next("PROGRESSING")["jobId"] for _ in range(2)}

    assert started == set(jobs[:2])
    queue = account.api.get_queue(Name="Default")["Queue"]
    assert (queue["ProgressingJobsCount"], queue["SubmittedJobsCount"]) == (2, 1)
    for job in reversed(jobs):
        account.api.cancel_job(Id=job)


def test_a_higher_priority_goes_first(account, role, endless):
    events = account.listen()
    running = [account.api.create_job(Role=role, Settings=endless)["Job"]["Id"] for _ in range(2)]
    assert {events.next("PROGRESSING")["jobId"] for _ in range(2)} == set(running)
    low, high = (
        account.api.create_job(Role=role, Settings=endless, Priority=priority)["Job"]["Id"]
        for priority in (0, 10)
    )
    account.api.cancel_job(Id=running[0])

    assert events.next("PROGRESSING")["jobId"] == high
    for job in (low, high, running[1]):
        account.api.cancel_job(Id=job)


def test_stopping_the_service_cancels_its_jobs_and_cleans_up(
    aws, account, bucket, role, endless, small_service
):
    events = account.listen()
    running, waiting = (small_service.submit({"Role": role, "Settings": endless}) for _ in range(2))
    events.next("INPUT_INFORMATION")
    small_service.stop()

    assert (running.status, waiting.status) == ("CANCELED", "CANCELED")
    folders = (aws.state_dir / "scratch" / "mediaconvert").iterdir()
    assert not [folder for folder in folders if folder.name.startswith(running.id)]
    assert account.keys(bucket, "out/") == []


def test_a_stopped_service_takes_no_more_jobs(role, endless, small_service):
    small_service.stop()
    job = small_service.submit({"Role": role, "Settings": endless})

    assert job.wait(DEADLINE_SECONDS)
    assert job.status == "CANCELED"


def test_ffmpeg_dies_with_a_killed_owner(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(DEADLINE_SECONDS)
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        stream = ("-re", "-f", "lavfi", "-i", "testsrc", "-f", "mpegts", address)
        owner = subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path), *stream])
        connection, _ = server.accept()
        connection.settimeout(DEADLINE_SECONDS)
        assert connection.recv(1)
        os.kill(owner.pid, signal.SIGKILL)
        owner.wait()

        # The stream has no end but ffmpeg's own.
        while connection.recv(1 << 16):
            pass
        connection.close()


def test_a_token_is_forgotten_after_a_minute():
    now = [1_000_000.0]
    store = JobStore(clock=lambda: now[0])
    request = {"Role": "role", "Settings": {}, "ClientRequestToken": "token"}

    def submitted():
        return store.submit(request, "arn:aws:mediaconvert:us-east-1:1", "queue")[0].id

    first = submitted()
    now[0] += 59
    assert submitted() == first
    now[0] += 2
    assert submitted() != first


def test_a_job_ends_once(small_service, account, bucket):
    job = small_service.submit(
        {
            "Role": account.role(files_in(bucket)),
            "Settings": settings_for(f"s3://{bucket}/no.mp4", f"s3://{bucket}/o", video_output()),
        }
    )
    assert job.wait(DEADLINE_SECONDS)
    record = job.record()
    small_service.stop()

    assert job.record() == record
