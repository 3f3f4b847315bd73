"""MediaConvert's HTTP API, through boto3."""

import json
import urllib.request

import pytest
from mediaconvert_jobs import ACCOUNT, settings_for, video_output

QUEUE = f"arn:aws:mediaconvert:us-east-1:{ACCOUNT}:queues/Default"


@pytest.fixture
def settings(account, bucket, clip):
    return settings_for(account.upload(clip, bucket), f"s3://{bucket}/out/")


@pytest.fixture
def missing(bucket):
    """Settings of a job that ends at once, for it has no input."""
    return settings_for(f"s3://{bucket}/videos/missing.mp4", f"s3://{bucket}/out/")


def test_a_job_is_submitted_and_completes(account, role, settings):
    created = account.api.create_job(Role=role, Settings=settings)

    assert created["ResponseMetadata"]["HTTPStatusCode"] == 201
    job = created["Job"]
    assert job["Status"] == "SUBMITTED"
    assert job["Arn"] == f"arn:aws:mediaconvert:us-east-1:{ACCOUNT}:jobs/{job['Id']}"
    assert job["Queue"] == QUEUE
    assert job["Settings"] == settings

    ended = account.ended(job["Id"])
    assert ended["Status"] == "COMPLETE"
    assert ended["JobPercentComplete"] == 100
    timing = ended["Timing"]
    assert timing["SubmitTime"] <= timing["StartTime"] <= timing["FinishTime"]
    assert "CurrentPhase" not in ended


def test_what_people_note_on_a_job_is_kept(account, role, missing):
    job = account.run(missing, role, UserMetadata={"game": "42"}, Tags={"stage": "test"})

    assert job["UserMetadata"] == {"game": "42"}
    tags = account.api.list_tags_for_resource(Arn=job["Arn"])["ResourceTags"]
    assert tags == {"Arn": job["Arn"], "Tags": {"stage": "test"}}


def test_the_same_token_within_a_minute_gives_the_same_job(account, role, missing, bucket):
    token = f"token-of-{bucket}"
    first, second = (
        account.api.create_job(Role=role, Settings=missing, ClientRequestToken=token)["Job"]
        for _ in range(2)
    )

    assert first["Id"] == second["Id"]


def test_bad_settings_are_refused(account, role, settings):
    settings["OutputGroups"][0]["Outputs"] = [video_output({"RateControlMode": "CBR"})]
    with pytest.raises(account.api.exceptions.BadRequestException, match="incompatible"):
        account.api.create_job(Role=role, Settings=settings)


@pytest.mark.parametrize(
    "request_member",
    [
        {"AccelerationSettings": {"Mode": "PREFERRED"}},
        {"JobTemplate": "a template"},
        {"HopDestinations": [{"WaitMinutes": 1}]},
    ],
)
def test_what_is_not_implemented_besides_settings_is_refused(
    account, role, settings, request_member
):
    with pytest.raises(account.api.exceptions.BadRequestException, match="does not implement"):
        account.api.create_job(Role=role, Settings=settings, **request_member)


def test_another_queue_does_not_exist(account, role, settings):
    with pytest.raises(account.api.exceptions.NotFoundException):
        account.api.create_job(Role=role, Settings=settings, Queue="Fast")


def test_a_body_that_is_not_json_is_refused(account, aws):
    # The client sends only JSON, so its signature of another body is used.
    request = _signed(aws, b"{settings")

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 400
    assert "Could not parse request body" in json.load(refused.value)["message"]


def _signed(aws, body):
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    client = aws.client("mediaconvert")
    url = f"{aws.endpoint_url}/2017-08-29/jobs"
    signed = AWSRequest("POST", url, data=body)
    credentials = client._request_signer._credentials
    SigV4Auth(credentials, "mediaconvert", aws.region).add_auth(signed)
    return urllib.request.Request(url, body, dict(signed.headers), method="POST")


def test_an_unknown_job_is_not_found(account):
    with pytest.raises(account.api.exceptions.NotFoundException):
        account.api.get_job(Id="1234567890123-abcdef")


def test_jobs_are_listed_newest_first_and_by_pages(account, role, missing):
    ids = [account.run(missing, role)["Id"] for _ in range(3)]

    pages = account.api.get_paginator("list_jobs").paginate(PaginationConfig={"PageSize": 2})
    listed = [job["Id"] for page in pages for job in page["Jobs"]]
    assert listed[:3] == ids[::-1]
    assert len(set(listed)) == len(listed)


def test_jobs_are_listed_oldest_first_when_asked(account, role, missing):
    last = account.run(missing, role)["Id"]

    pages = account.api.get_paginator("list_jobs").paginate(Order="ASCENDING")
    assert [job["Id"] for page in pages for job in page["Jobs"]][-1] == last


def test_jobs_are_listed_by_status(account, role, missing):
    failed = account.run(missing, role)["Id"]

    def listed(status):
        return [job["Id"] for job in account.api.list_jobs(Status=status)["Jobs"]]

    assert failed in listed("ERROR")
    assert failed not in listed("COMPLETE")


def test_a_strange_page_token_is_refused(account):
    with pytest.raises(account.api.exceptions.BadRequestException):
        account.api.list_jobs(NextToken="page two")


def test_an_ended_job_cannot_be_cancelled(account, role, missing):
    job = account.run(missing, role)

    with pytest.raises(account.api.exceptions.ConflictException):
        account.api.cancel_job(Id=job["Id"])


def test_the_endpoint_is_the_embedded_one(account, aws):
    assert account.api.describe_endpoints()["Endpoints"] == [{"Url": aws.endpoint_url}]


def test_there_is_one_queue(account):
    (queue,) = account.api.list_queues()["Queues"]

    assert (queue["Name"], queue["Arn"], queue["Status"]) == ("Default", QUEUE, "ACTIVE")
    assert account.api.get_queue(Name="Default")["Queue"]["Arn"] == QUEUE


def test_operations_that_are_not_implemented_say_so(account):
    with pytest.raises(account.api.exceptions.BadRequestException, match="CreatePreset"):
        account.api.create_preset(Name="preset", Settings={})
