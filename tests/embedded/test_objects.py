"""Objects are stored as S3 stores them."""

import base64
import urllib.request
import zlib

import pytest
from account import Account
from botocore.exceptions import ClientError

PART = 5 * 1024 * 1024


@pytest.fixture
def bucket(account: Account) -> str:
    account.client("s3").create_bucket(Bucket="clips")
    return "clips"


def upload(account: Account, key: str, parts: list[bytes], **checksum: str) -> dict:
    """The request that completes a multipart upload."""
    s3 = account.client("s3")
    request = {"Bucket": "clips", "Key": key}
    request["UploadId"] = s3.create_multipart_upload(**request, **checksum)["UploadId"]
    sent = []
    for number, body in enumerate(parts, 1):
        part = s3.upload_part(
            **request, PartNumber=number, Body=body, ChecksumAlgorithm=checksum["ChecksumAlgorithm"]
        )
        kept = {name: value for name, value in part.items() if name.startswith(("ETag", "Check"))}
        sent.append({"PartNumber": number, **kept})
    return {**request, "MultipartUpload": {"Parts": sent}}


def test_a_whole_objects_checksum_is_that_of_its_bytes(account: Account, bucket: str):
    s3, body = account.client("s3"), bytes(range(256)) * (PART // 256) + b"end"
    request = upload(
        account,
        "1",
        [body[:PART], body[PART:]],
        ChecksumAlgorithm="CRC32",
        ChecksumType="FULL_OBJECT",
    )

    s3.complete_multipart_upload(**request, ChecksumType="FULL_OBJECT")

    head = s3.head_object(Bucket=bucket, Key="1", ChecksumMode="ENABLED")
    assert head["ChecksumType"] == "FULL_OBJECT"
    assert base64.b64decode(head["ChecksumCRC32"]) == zlib.crc32(body).to_bytes(4)


def test_a_checksum_of_parts_says_how_many(account: Account, bucket: str):
    s3 = account.client("s3")

    s3.complete_multipart_upload(**upload(account, "1", [b"x"], ChecksumAlgorithm="SHA256"))

    head = s3.head_object(Bucket=bucket, Key="1", ChecksumMode="ENABLED")
    assert head["ChecksumType"] == "COMPOSITE"
    assert head["ChecksumSHA256"].endswith("-1")


def test_every_part_but_the_last_has_five_megabytes(account: Account, bucket: str):
    request = upload(account, "1", [b"x" * (PART - 1), b"x"], ChecksumAlgorithm="CRC32")

    with pytest.raises(ClientError) as refused:
        account.client("s3").complete_multipart_upload(**request)

    assert refused.value.response["Error"]["Code"] == "EntityTooSmall"


def test_an_object_is_not_overwritten_when_none_may_be_there(account: Account, bucket: str):
    s3 = account.client("s3")
    s3.put_object(Bucket=bucket, Key="1", Body=b"first", IfNoneMatch="*")
    request = upload(account, "1", [b"second"], ChecksumAlgorithm="SHA256")

    for call, arguments in (
        (s3.complete_multipart_upload, request),
        (s3.put_object, {"Bucket": bucket, "Key": "1", "Body": b"third"}),
    ):
        with pytest.raises(ClientError) as refused:
            call(**arguments, IfNoneMatch="*")
        assert refused.value.response["Error"]["Code"] == "PreconditionFailed"
    assert s3.get_object(Bucket=bucket, Key="1")["Body"].read() == b"first"


def test_a_policy_that_demands_tls_lets_loopback_pass(account: Account, bucket: str):
    s3 = account.client("s3")
    role = account.role("lambda")
    account.allow(role, "s3:*", "*")
    s3.put_bucket_policy(
        Bucket=bucket,
        Policy="""{"Version": "2012-10-17", "Statement": [{
            "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*",
            "Resource": ["arn:aws:s3:::clips", "arn:aws:s3:::clips/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}""",
    )
    function = account.function(
        "import boto3\n"
        "def handler(event, context):\n"
        "    boto3.client('s3').put_object(Bucket='clips', Key='1', Body=b'')\n",
        role,
    )

    assert account.invoke(function) is None


def test_a_signed_link_opens_its_object_only(account: Account, bucket: str):
    s3 = account.client("s3")
    s3.put_object(Bucket=bucket, Key="1", Body=b"clip")
    s3.put_object(Bucket=bucket, Key="2", Body=b"other")
    link = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "1"})

    with urllib.request.urlopen(link) as response:
        assert response.read() == b"clip"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(link.replace("/1?", "/2?"))
