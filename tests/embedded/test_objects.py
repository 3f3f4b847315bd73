"""Objects are stored as S3 stores them."""

import socket
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

import pytest
from account import Account
from botocore.exceptions import ClientError

PART = 5 * 1024 * 1024

SENDS_A_PART = """
import urllib.error, urllib.request
import boto3
from botocore.config import Config

def handler(event, context):
    s3 = boto3.client("s3", config=Config(signature_version="s3v4"))
    link = s3.generate_presigned_url("upload_part", Params=event)
    try:
        return urllib.request.urlopen(urllib.request.Request(link, b"clip", method="PUT")).status
    except urllib.error.HTTPError as error:
        return error.code
"""

CALLS = """
import boto3
def handler(event, context):
    getattr(boto3.client("s3"), event["call"])(**event["request"])
"""


@pytest.fixture
def bucket(account: Account) -> str:
    account.client("s3").create_bucket(Bucket="clips")
    return "clips"


@pytest.fixture
def s3(account: Account, bucket: str) -> Any:
    return account.client("s3")


@pytest.fixture
def upload(s3: Any, bucket: str) -> dict[str, str]:
    """What names a new multipart upload of the object "1"."""
    request = {"Bucket": bucket, "Key": "1"}
    return {**request, "UploadId": s3.create_multipart_upload(**request)["UploadId"]}


def sent(s3: Any, upload: dict[str, str], *bodies: bytes) -> list[dict[str, Any]]:
    """The parts of an upload, as its completion names them."""
    return [
        {
            "PartNumber": number,
            "ETag": s3.upload_part(**upload, PartNumber=number, Body=body)["ETag"],
        }
        for number, body in enumerate(bodies, 1)
    ]


def complete(s3: Any, upload: dict[str, str], parts: list[dict[str, Any]], **conditions: str):
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, **conditions)


def refusal(call: Any, *arguments: Any, **request: Any) -> tuple[int, str]:
    """The status and the code with which a call is refused."""
    with pytest.raises(ClientError) as refused:
        call(*arguments, **request)
    response = refused.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def break_off(link: str) -> None:
    """Send a link half of the body that the request announces, and no more."""
    address = urlsplit(link)
    head = f"PUT {address.path}?{address.query} HTTP/1.1\r\nHost: {address.netloc}\r\n"
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(head.encode() + b"Content-Length: 200000\r\n\r\n" + bytes(100000))
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass


def test_every_part_but_the_last_has_five_megabytes(s3: Any, upload: dict):
    parts = sent(s3, upload, b"x" * (PART - 1), b"x")

    assert refusal(complete, s3, upload, parts) == (400, "EntityTooSmall")


def test_parts_are_completed_in_their_order(s3: Any, upload: dict):
    parts = sent(s3, upload, b"x" * PART, b"x")

    assert refusal(complete, s3, upload, parts[::-1]) == (400, "InvalidPartOrder")
    assert refusal(complete, s3, upload, []) == (400, "MalformedXML")
    complete(s3, upload, parts)


def test_only_parts_that_were_sent_are_completed(s3: Any, upload: dict):
    [part] = sent(s3, upload, b"x")

    for wrong in ({**part, "ETag": '"0"'}, {**part, "PartNumber": 2}):
        assert refusal(complete, s3, upload, [wrong]) == (400, "InvalidPart")
    complete(s3, upload, [part])


def test_a_part_sent_again_replaces_the_first(s3: Any, upload: dict):
    sent(s3, upload, b"first")
    complete(s3, upload, sent(s3, upload, b"second"))

    assert s3.get_object(Bucket=upload["Bucket"], Key="1")["Body"].read() == b"second"


def test_the_parts_of_an_upload_are_listed_page_by_page(s3: Any, upload: dict):
    sent(s3, upload, b"1", b"22", b"333")

    pages = s3.get_paginator("list_parts").paginate(**upload, PaginationConfig={"PageSize": 2})

    listed = [[(part["PartNumber"], part["Size"]) for part in page["Parts"]] for page in pages]
    assert listed == [[(1, 1), (2, 2)], [(3, 3)]]


def test_open_uploads_are_listed_by_the_beginning_of_their_keys(s3: Any, upload: dict):
    def keys(prefix: str) -> list[str]:
        listed = s3.list_multipart_uploads(Bucket=upload["Bucket"], Prefix=prefix)
        return [each["Key"] for each in listed.get("Uploads", [])]

    assert (keys("1"), keys("2")) == (["1"], [])
    s3.abort_multipart_upload(**upload)
    assert keys("1") == []


def test_an_aborted_upload_is_unknown(s3: Any, upload: dict):
    parts = sent(s3, upload, b"x")

    s3.abort_multipart_upload(**upload)

    unknown = (404, "NoSuchUpload")
    assert refusal(sent, s3, upload, b"x") == unknown
    assert refusal(s3.list_parts, **upload) == unknown
    assert refusal(complete, s3, upload, parts) == unknown
    assert refusal(s3.abort_multipart_upload, **{**upload, "UploadId": "other"}) == unknown


def test_an_object_is_not_overwritten_when_none_may_be_there(s3: Any, upload: dict):
    target = {"Bucket": upload["Bucket"], "Key": "1"}
    parts = sent(s3, upload, b"second")
    s3.put_object(**target, Body=b"first", IfNoneMatch="*")

    failed = (412, "PreconditionFailed")
    assert refusal(complete, s3, upload, parts, IfNoneMatch="*") == failed
    assert refusal(s3.put_object, **target, Body=b"third", IfNoneMatch="*") == failed
    assert s3.get_object(**target)["Body"].read() == b"first"


def test_only_the_object_that_is_meant_is_replaced(s3: Any, bucket: str):
    target = {"Bucket": bucket, "Key": "1"}
    tag = s3.put_object(**target, Body=b"first")["ETag"]
    upload = {**target, "UploadId": s3.create_multipart_upload(**target)["UploadId"]}
    parts = sent(s3, upload, b"second")

    failed = (412, "PreconditionFailed")
    assert refusal(complete, s3, upload, parts, IfMatch='"0"') == failed
    assert refusal(s3.put_object, **target, Body=b"third", IfMatch='"0"') == failed
    complete(s3, upload, parts, IfMatch=tag)
    assert s3.get_object(**target)["Body"].read() == b"second"


def test_an_object_that_is_not_there_cannot_be_replaced(s3: Any, upload: dict):
    parts = sent(s3, upload, b"x")
    target = {"Bucket": upload["Bucket"], "Key": "1"}

    assert refusal(complete, s3, upload, parts, IfMatch='"0"') == (404, "NoSuchKey")
    assert refusal(s3.put_object, **target, Body=b"", IfMatch='"0"') == (404, "NoSuchKey")


def test_a_condition_cannot_be_met_by_a_write_during_the_upload(s3: Any, bucket: str):
    target = {"Bucket": bucket, "Key": "1"}
    s3.put_object(**target, Body=b"first")
    upload = {**target, "UploadId": s3.create_multipart_upload(**target)["UploadId"]}
    parts = sent(s3, upload, b"x")

    s3.delete_object(**target)
    after_deletion = refusal(complete, s3, upload, parts, IfNoneMatch="*")
    tag = s3.put_object(**target, Body=b"second")["ETag"]
    after_write = refusal(complete, s3, upload, parts, IfMatch=tag)

    assert after_deletion == after_write == (409, "ConditionalRequestConflict")


@pytest.mark.parametrize("interrupted", ["upload_part", "put_object"])
def test_a_body_that_breaks_off_leaves_nothing(
    s3: Any, upload: dict, capfd: pytest.CaptureFixture, interrupted: str
):
    target = {"Bucket": upload["Bucket"], "Key": "1"}
    request = {**upload, "PartNumber": 1} if interrupted == "upload_part" else target

    break_off(s3.generate_presigned_url(interrupted, Params=request))

    assert "Parts" not in s3.list_parts(**upload)
    assert refusal(s3.head_object, **target) == (404, "404")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(("action", "status"), [("s3:PutObject", 200), ("s3:GetObject", 403)])
def test_a_part_is_sent_by_a_signed_link_of_who_may_write(
    account: Account, s3: Any, upload: dict, action: str, status: int
):
    role = account.role("lambda")
    account.allow(role, action, "arn:aws:s3:::clips/*")

    assert (
        account.invoke(account.function(SENDS_A_PART, role), {**upload, "PartNumber": 1}) == status
    )
    assert ("Parts" in s3.list_parts(**upload)) == (status == 200)


@pytest.mark.parametrize(
    ("call", "action", "resource"),
    [
        ("list_parts", "s3:ListMultipartUploadParts", "arn:aws:s3:::clips/*"),
        ("abort_multipart_upload", "s3:AbortMultipartUpload", "arn:aws:s3:::clips/*"),
        ("list_multipart_uploads", "s3:ListBucketMultipartUploads", "arn:aws:s3:::clips"),
    ],
)
def test_uploads_are_listed_and_aborted_only_with_a_grant(
    account: Account, upload: dict, call: str, action: str, resource: str
):
    request = {"Bucket": "clips"} if call == "list_multipart_uploads" else upload
    role = account.role("lambda")
    account.allow(role, "s3:PutObject", "arn:aws:s3:::clips/*")
    function = account.function(CALLS, role)

    refused = account.invoke(function, {"call": call, "request": request})
    account.allow(role, action, resource)

    assert refused["errorType"] == "AccessDenied"
    assert account.invoke(function, {"call": call, "request": request}) is None


def test_a_policy_that_demands_tls_lets_loopback_pass(account: Account, s3: Any, bucket: str):
    role = account.role("lambda")
    account.allow(role, "s3:*", "*")
    s3.put_bucket_policy(
        Bucket=bucket,
        Policy="""{"Version": "2012-10-17", "Statement": [{
            "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*",
            "Resource": ["arn:aws:s3:::clips", "arn:aws:s3:::clips/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}""",
    )
    request = {"Bucket": bucket, "Key": "1", "Body": ""}

    called = account.invoke(
        account.function(CALLS, role), {"call": "put_object", "request": request}
    )

    assert called is None


def test_a_signed_link_opens_its_object_only(s3: Any, bucket: str):
    s3.put_object(Bucket=bucket, Key="1", Body=b"clip")
    s3.put_object(Bucket=bucket, Key="2", Body=b"other")
    link = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "1"})

    with urllib.request.urlopen(link) as response:
        assert response.read() == b"clip"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(link.replace("/1?", "/2?"))
