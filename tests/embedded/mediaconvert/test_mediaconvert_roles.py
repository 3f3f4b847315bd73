"""Whose permissions count: the caller's to create a job, the job's role to read and write."""

import boto3
import botocore.exceptions
import pytest
from mediaconvert_jobs import ACCOUNT, files_in, policy, settings_for

JOBS = f"arn:aws:mediaconvert:us-east-1:{ACCOUNT}:jobs/*"
QUEUES = f"arn:aws:mediaconvert:us-east-1:{ACCOUNT}:queues/*"


@pytest.fixture
def settings(account, bucket, clip):
    return settings_for(account.upload(clip, bucket), f"s3://{bucket}/out/")


def test_a_role_that_may_not_read(account, bucket, settings):
    role = account.role({"Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"})
    job = account.run(settings, role)

    assert job["ErrorCode"] == 1401
    assert f"Access denied to [s3://{bucket}/videos/clip.mp4]" in job["ErrorMessage"]


def test_a_role_that_may_not_list_cannot_tell_missing_from_denied(account, bucket, settings):
    role = account.role({"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"})
    settings["Inputs"][0]["FileInput"] += ".missing"

    assert account.run(settings, role)["ErrorCode"] == 1401


def test_a_role_that_may_not_write(account, bucket, settings):
    role = account.role({"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"})
    job = account.run(settings, role)

    assert job["ErrorCode"] == 1401
    assert "Failed to write data: Access Denied" in job["ErrorMessage"]


def test_a_role_that_does_not_exist(account, settings):
    job = account.run(settings, f"arn:aws:iam::{ACCOUNT}:role/nobody")

    assert job["ErrorCode"] == 1433
    assert "Unable to assume role" in job["ErrorMessage"]


def test_a_role_that_does_not_trust_mediaconvert(account, bucket, settings):
    job = account.run(settings, account.role(files_in(bucket), trusted="lambda"))

    assert job["ErrorCode"] == 1434
    assert "AssumeRole failed" in job["ErrorMessage"]


def test_a_role_that_is_no_arn(account, settings):
    assert account.run(settings, "MediaConvertRole")["ErrorCode"] == 1515


@pytest.fixture
def caller(account):
    """The API as a user sees it who has some permissions only."""

    def client(*statements):
        iam = account.aws.client("iam")
        name = account.bucket()
        iam.create_user(UserName=name)
        if statements:
            iam.put_user_policy(
                UserName=name, PolicyName="allowed", PolicyDocument=policy(*statements)
            )
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return boto3.client(
            "mediaconvert",
            endpoint_url=account.aws.endpoint_url,
            region_name=account.aws.region,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )

    return client


def create(queues=QUEUES):
    return {"Action": "mediaconvert:CreateJob", "Resource": queues}


def pass_role(role, service="mediaconvert.amazonaws.com"):
    condition = {"StringEquals": {"iam:PassedToService": service}}
    return {"Action": "iam:PassRole", "Resource": role, "Condition": condition}


def refusal(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        call(**arguments)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    return refused.value.response["Error"]["Message"]


def test_a_caller_with_the_permissions_creates_jobs(account, role, settings, caller):
    job = caller(create(), pass_role(role)).create_job(Role=role, Settings=settings)["Job"]

    assert account.ended(job["Id"])["Status"] == "COMPLETE"


def test_a_caller_needs_to_create_jobs(role, settings, caller):
    message = refusal(caller(pass_role(role)).create_job, Role=role, Settings=settings)

    assert "is not authorized to perform: mediaconvert:CreateJob on resource: " in message


def test_a_caller_needs_to_pass_the_role(role, settings, caller):
    message = refusal(caller(create()).create_job, Role=role, Settings=settings)

    assert f"is not authorized to perform: iam:PassRole on resource: {role}" in message


def test_a_role_passed_to_another_service_is_not_passed_to_mediaconvert(role, settings, caller):
    client = caller(create(), pass_role(role, "lambda.amazonaws.com"))

    assert "iam:PassRole" in refusal(client.create_job, Role=role, Settings=settings)


def test_reading_jobs_needs_a_permission_of_its_own(account, role, settings, caller):
    job = account.run(settings, role)
    reader = caller({"Action": "mediaconvert:GetJob", "Resource": JOBS})

    assert reader.get_job(Id=job["Id"])["Job"]["Id"] == job["Id"]
    assert "mediaconvert:GetJob" in refusal(caller().get_job, Id=job["Id"])
    assert "mediaconvert:CancelJob" in refusal(reader.cancel_job, Id=job["Id"])
    assert "mediaconvert:ListJobs" in refusal(reader.list_jobs)


def test_the_queue_can_be_what_the_trust_is_for(account, bucket, settings):
    iam = account.aws.client("iam")
    role = account.role(files_in(bucket))

    def trust(queue):
        document = policy(
            {
                "Principal": {"Service": "mediaconvert.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {"ArnLike": {"aws:SourceArn": QUEUES.replace("*", queue)}},
            }
        )
        iam.update_assume_role_policy(RoleName=role.rpartition("/")[2], PolicyDocument=document)

    trust("Other")
    assert account.run(settings, role)["ErrorCode"] == 1434
    trust("Default")
    assert account.run(settings, role)["Status"] == "COMPLETE"
