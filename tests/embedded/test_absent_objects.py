"""A role learns that an object is absent only when it may list the bucket."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from gameday.embedded.aws import EmbeddedAws

MAY_READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::absent/*"}
MAY_LIST = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::absent"}


def status_of_absent(aws: EmbeddedAws, *statements: dict) -> int:
    """What a user with these statements is told of an object that is not there."""
    aws.client("s3").create_bucket(Bucket="absent")
    iam = aws.client("iam")
    iam.create_user(UserName="reader")
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    s3 = boto3.client(
        "s3",
        endpoint_url=aws.endpoint_url,
        region_name=aws.region,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    with pytest.raises(ClientError) as raised:
        s3.head_object(Bucket="absent", Key="nothing")
    return raised.value.response["ResponseMetadata"]["HTTPStatusCode"]


def test_without_list_permission_absence_is_a_denial(aws: EmbeddedAws):
    assert status_of_absent(aws, MAY_READ) == 403


def test_with_list_permission_absence_is_told(aws: EmbeddedAws):
    assert status_of_absent(aws, MAY_READ, MAY_LIST) == 404
