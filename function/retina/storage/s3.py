"""Uploads and results in S3 buckets, whose lifecycle rules delete what has expired."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from retina.errors import (
    PhotographTooLargeError,
    UnsupportedFormatError,
    UploadNotFoundError,
    too_large_to_upload,
)
from retina.storage.port import (
    CONTENT_TYPES,
    FORM_SECONDS,
    KEY,
    LINK_SECONDS,
    NOT_FOUND,
    Stored,
    Stream,
    UploadForm,
)

log = logging.getLogger("retina")

PART_BYTES = 16 * 2**20
"""Size of a part of a multipart upload. With at most 10,000 parts that allows 160 GB."""


class S3Uploads:
    """Uploads of at most `limit` bytes in `bucket`, sent with presigned forms; `client` is boto3's S3 client."""

    def __init__(self, client: Any, bucket: str, limit: int) -> None:
        self._client, self._bucket, self._limit = client, bucket, limit

    def form(self, key: str, content_type: str, here: str, largest: int | None = None) -> UploadForm:
        """See `port.Uploads`."""
        limit = min(largest or self._limit, self._limit)
        post = self._client.generate_presigned_post(
            self._bucket,
            key,
            Fields={"Content-Type": content_type},
            Conditions=[{"Content-Type": content_type}, ["content-length-range", 1, limit]],
            ExpiresIn=FORM_SECONDS,
        )
        return UploadForm(post["url"], post["fields"])

    def read(self, key: str) -> bytes:
        """See `port.Uploads`. The policy is not relied on: size and type of the object itself are checked."""
        if not KEY.fullmatch(key):
            raise UploadNotFoundError(NOT_FOUND)
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=key)
        except self._client.exceptions.ClientError as error:
            if _missing(error):
                raise UploadNotFoundError(NOT_FOUND) from None
            raise
        with found["Body"] as body:
            if found["ContentLength"] > self._limit:
                raise PhotographTooLargeError(too_large_to_upload(self._limit))
            if found["ContentType"] not in CONTENT_TYPES:
                raise UnsupportedFormatError("The upload is not an image in a supported format.")
            data: bytes = body.read()
            return data

    def stored(self, key: str) -> Stored | None:
        """See `port.Uploads`. S3 gives the time in whole seconds."""
        try:
            found = self._client.head_object(Bucket=self._bucket, Key=key)
        except self._client.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND:
                return None
            raise
        return Stored(found["ContentLength"], found["LastModified"].timestamp())

    def keys(self, folder: str) -> set[str]:
        """See `port.Uploads`."""
        return {key for page in _pages(self._client, self._bucket, folder) for key in page}

    def delete(self, key: str) -> None:
        """See `port.Uploads`."""
        if KEY.fullmatch(key):
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def delete_all(self, folder: str) -> int:
        """See `port.Uploads`."""
        return _delete_all(self._client, self._bucket, folder)


class S3Blobs:
    """Blobs in `bucket`; `client` is boto3's S3 client."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """See `port.Blobs`."""
        self._client.put_object(Bucket=self._bucket, Key=key, Body=data, ContentType=content_type)

    @contextmanager
    def stream(self, key: str, content_type: str) -> Iterator[Stream]:
        """See `port.Blobs`. A multipart upload, which is aborted after an exception."""
        upload = _Multipart(self._client, self._bucket, key, content_type)
        try:
            yield upload
            upload.complete()
        except BaseException:
            upload.abort()
            raise

    def read(self, key: str) -> bytes | None:
        """See `port.Blobs`."""
        try:
            with self._client.get_object(Bucket=self._bucket, Key=key)["Body"] as body:
                data: bytes = body.read()
                return data
        except self._client.exceptions.ClientError as error:
            if _missing(error):
                return None
            raise

    def link(self, key: str, name: str, here: str) -> str:
        """See `port.Blobs`."""
        shown = {"Bucket": self._bucket, "Key": key, "ResponseContentDisposition": f'inline; filename="{name}"'}
        shown["ResponseCacheControl"] = "no-store"
        link: str = self._client.generate_presigned_url("get_object", shown, LINK_SECONDS)
        return link

    def delete(self, key: str) -> None:
        """See `port.Blobs`."""
        self._client.delete_object(Bucket=self._bucket, Key=key)

    def delete_all(self, folder: str) -> int:
        """See `port.Blobs`."""
        return _delete_all(self._client, self._bucket, folder)


def _missing(error: Any) -> bool:
    """Whether the error means that the object does not exist.

    S3 answers "access denied" to callers that may not list the whole bucket, which none may: the roles are limited to
    their prefixes. A test checks that they may read there (`tests/deploy/test_stack.py`).
    """
    return error.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied")


class _Multipart:
    """A multipart upload. Buffers at most `PART_BYTES` plus the data of one write."""

    def __init__(self, client: Any, bucket: str, key: str, content_type: str) -> None:
        self._client, self._parts, self._buffer = client, list[dict[str, Any]](), bytearray()
        self._target = {"Bucket": bucket, "Key": key}
        begun = client.create_multipart_upload(**self._target, ContentType=content_type)
        self._target["UploadId"] = begun["UploadId"]

    def write(self, data: bytes, /) -> int:
        self._buffer += data
        if len(self._buffer) >= PART_BYTES:
            self._send()
        return len(data)

    def flush(self) -> None:
        """Do nothing: all parts except the last need at least 5 MiB."""

    def complete(self) -> None:
        self._send()
        self._client.complete_multipart_upload(**self._target, MultipartUpload={"Parts": self._parts})

    def abort(self) -> None:
        try:
            self._client.abort_multipart_upload(**self._target)
        except Exception:  # a lifecycle rule aborts it within a day; the original error matters more
            log.exception("an upload could not be aborted")

    def _send(self) -> None:
        number = len(self._parts) + 1
        sent = self._client.upload_part(**self._target, PartNumber=number, Body=bytes(self._buffer))
        self._parts.append({"ETag": sent["ETag"], "PartNumber": number})
        self._buffer.clear()


def _pages(client: Any, bucket: str, folder: str) -> Iterator[list[str]]:
    """The keys that begin with `folder`, in pages of a thousand."""
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder):
        yield [found["Key"] for found in page.get("Contents", [])]


def _delete_all(client: Any, bucket: str, folder: str) -> int:
    count = 0
    for keys in filter(None, _pages(client, bucket, folder)):
        answer = client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True})
        if answer.get("Errors"):
            raise RuntimeError(f"S3 did not delete {len(answer['Errors'])} of {len(keys)} objects in {folder}")
        count += len(keys)
    return count


def s3_client() -> Any:
    """An S3 client for the region of this process.

    Forms use the bucket's regional host, which is the one the page's content security policy allows.
    """
    import boto3  # part of Lambda's runtime, not of the package
    from botocore.config import Config

    regional = {"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"}
    return boto3.client("s3", config=Config(signature_version="s3v4", s3=regional))


def client(service: str) -> Any:
    """A client of another AWS service, for the region of this process."""
    import boto3

    return boto3.client(service)
