"""Versions of objects are listed, read, copied and deleted as in S3."""

from typing import Any

import pytest
from account import Account
from botocore.exceptions import ClientError

BUCKET = {"Bucket": "clips"}


@pytest.fixture
def s3(account: Account) -> Any:
    """The client of an account with a versioned bucket."""
    client = account.client("s3")
    client.create_bucket(**BUCKET)
    client.put_bucket_versioning(**BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return client


def put(s3: Any, key: str, *bodies: bytes) -> list[str]:
    """The versions of an object, oldest first."""
    return [s3.put_object(**BUCKET, Key=key, Body=body)["VersionId"] for body in bodies]


def listed(s3: Any, page_size: int = 1000, **request: str) -> list[tuple[str, str, bool, bool]]:
    """Key, version, whether it is the latest and whether it is a delete marker, of all pages.

    Each page has its versions and its markers apart, so each is put in S3's order again here.
    """
    pages = s3.get_paginator("list_object_versions").paginate(
        **BUCKET, **request, PaginationConfig={"PageSize": page_size}
    )
    return [
        (one["Key"], one["VersionId"], one["IsLatest"], "ETag" not in one)
        for page in pages
        for one in [*page.get("DeleteMarkers", []), *page.get("Versions", [])]
    ]


def body(s3: Any, key: str, **version: str) -> bytes:
    return s3.get_object(**BUCKET, Key=key, **version)["Body"].read()


def status(call: Any, **request: Any) -> int:
    with pytest.raises(ClientError) as refused:
        call(**BUCKET, **request)
    return refused.value.response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("page_size", [1, 2, 3, 1000])
def test_every_version_and_marker_is_listed_once_newest_first(s3: Any, page_size: int):
    first, second = put(s3, "a", b"1", b"2")
    marker = s3.delete_object(**BUCKET, Key="a")["VersionId"]
    [other] = put(s3, "b", b"3")

    assert listed(s3, page_size) == [
        ("a", marker, True, True),
        ("a", second, False, False),
        ("a", first, False, False),
        ("b", other, True, False),
    ]
    assert listed(s3, page_size, Prefix="b") == [("b", other, True, False)]


def test_a_version_is_read_and_its_marker_is_not(s3: Any):
    first, second = put(s3, "a", b"1", b"22")
    marker = s3.delete_object(**BUCKET, Key="a")["VersionId"]

    assert body(s3, "a", VersionId=first) == b"1"
    assert s3.head_object(**BUCKET, Key="a", VersionId=second)["ContentLength"] == 2
    assert status(s3.get_object, Key="a") == 404
    assert status(s3.get_object, Key="a", VersionId=marker) == 405
    assert status(s3.get_object, Key="a", VersionId="0" * 32) == 404


def test_an_object_comes_back_from_a_version(s3: Any):
    s3.put_object(**BUCKET, Key="a", Body=b"1", ContentType="video/mp4", Metadata={"sha256": "5c"})
    [(_, first, *_)] = listed(s3)
    put(s3, "a", b"2")
    s3.delete_object(**BUCKET, Key="a")
    source = {**BUCKET, "Key": "a", "VersionId": first}

    s3.copy_object(**BUCKET, Key="a", CopySource=source)
    s3.copy_object(**BUCKET, Key="aside", CopySource=source)

    for key in ("a", "aside"):
        found = s3.get_object(**BUCKET, Key=key)
        assert found["Body"].read() == b"1"
        assert (found["ContentType"], found["Metadata"]) == ("video/mp4", {"sha256": "5c"})
    assert len(listed(s3, Prefix="a")) == 5


def test_a_part_is_copied_from_a_version(s3: Any):
    first, _ = put(s3, "a", b"1", b"2")
    upload = s3.create_multipart_upload(**BUCKET, Key="aside")
    part = {**BUCKET, "Key": "aside", "UploadId": upload["UploadId"]}

    copied = s3.upload_part_copy(
        **part, PartNumber=1, CopySource={**BUCKET, "Key": "a", "VersionId": first}
    )
    parts = [{"PartNumber": 1, "ETag": copied["CopyPartResult"]["ETag"]}]
    s3.complete_multipart_upload(**part, MultipartUpload={"Parts": parts})

    assert body(s3, "aside") == b"1"


def test_an_object_is_back_without_its_marker(s3: Any):
    put(s3, "a", b"1", b"2")
    marker = s3.delete_object(**BUCKET, Key="a")["VersionId"]

    deleted = s3.delete_object(**BUCKET, Key="a", VersionId=marker)

    assert deleted["DeleteMarker"]
    assert body(s3, "a") == b"2"


def test_the_version_before_follows_one_that_is_deleted(s3: Any):
    first, second = put(s3, "a", b"1", b"2")

    s3.delete_object(**BUCKET, Key="a", VersionId=second)
    assert body(s3, "a") == b"1"
    s3.delete_objects(**BUCKET, Delete={"Objects": [{"Key": "a", "VersionId": first}]})

    assert listed(s3) == []
    assert status(s3.get_object, Key="a") == 404


def test_a_version_keeps_its_checksum_and_tags(s3: Any):
    key = {**BUCKET, "Key": "a"}
    first = s3.put_object(**key, Body=b"1", ChecksumAlgorithm="SHA256", Tagging="season=2026")
    put(s3, "a", b"2")
    version = {**key, "VersionId": first["VersionId"]}

    assert (
        s3.head_object(**version, ChecksumMode="ENABLED")["ChecksumSHA256"]
        == (first["ChecksumSHA256"])
    )
    assert s3.get_object_tagging(**version)["TagSet"] == [{"Key": "season", "Value": "2026"}]


@pytest.mark.parametrize(
    ("call", "action", "resource"),
    [
        ("get_object", "s3:GetObjectVersion", "arn:aws:s3:::clips/*"),
        ("delete_object", "s3:DeleteObjectVersion", "arn:aws:s3:::clips/*"),
        ("list_object_versions", "s3:ListBucketVersions", "arn:aws:s3:::clips"),
    ],
)
def test_versions_need_grants_of_their_own(
    account: Account, s3: Any, call: str, action: str, resource: str
):
    [version] = put(s3, "a", b"1")
    of_object = {"Key": "a", "VersionId": version}
    request = {**BUCKET, **({} if call == "list_object_versions" else of_object)}
    role = account.role("lambda")
    for other in ("GetObject", "DeleteObject", "ListBucket"):
        account.allow(role, f"s3:{other}", "*")
    function = account.function(
        "import boto3\n"
        "def handler(event, context):\n"
        "    getattr(boto3.client('s3'), event['call'])(**event['request'])\n",
        role,
    )
    event = {"call": call, "request": request}

    refused = account.invoke(function, event)
    account.allow(role, action, resource)

    assert "AccessDenied" in refused["errorMessage"]
    assert account.invoke(function, event) is None
