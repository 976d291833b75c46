"""Uploads in an S3 bucket, by presigned forms. Its lifecycle rule deletes what is older than a day."""

from typing import Any

from retina.errors import PhotographTooLargeError, UnsupportedFormatError, UploadNotFoundError, too_large_to_upload
from retina.store.port import CONTENT_TYPES, FORM_SECONDS, ID, NOT_FOUND, UploadForm

PREFIX = "uploads/"


class S3Uploads:
    """In `bucket`, below `PREFIX`, with boto3's S3 `client`; at most `limit` bytes each."""

    def __init__(self, client: Any, bucket: str, limit: int) -> None:
        self._client, self._bucket, self._limit = client, bucket, limit

    def form(self, upload_id: str, content_type: str, here: str) -> UploadForm:
        """See `port.Uploads`."""
        post = self._client.generate_presigned_post(
            self._bucket,
            PREFIX + upload_id,
            Fields={"Content-Type": content_type},
            Conditions=[{"Content-Type": content_type}, ["content-length-range", 1, self._limit]],
            ExpiresIn=FORM_SECONDS,
        )
        return UploadForm(post["url"], post["fields"])

    def read(self, upload_id: str) -> bytes:
        """See `port.Uploads`. The policy is not taken at its word: size and type are those of the object itself."""
        if not ID.fullmatch(upload_id):
            raise UploadNotFoundError(NOT_FOUND)
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=PREFIX + upload_id)
        except self._client.exceptions.NoSuchKey:
            raise UploadNotFoundError(NOT_FOUND) from None
        with found["Body"] as body:
            if found["ContentLength"] > self._limit:
                raise PhotographTooLargeError(too_large_to_upload(self._limit))
            if found["ContentType"] not in CONTENT_TYPES:
                raise UnsupportedFormatError("The upload is no image of a supported format.")
            data: bytes = body.read()
            return data

    def delete(self, upload_id: str) -> None:
        """See `port.Uploads`."""
        if ID.fullmatch(upload_id):
            self._client.delete_object(Bucket=self._bucket, Key=PREFIX + upload_id)


def s3_client() -> Any:
    """For the region of this process; forms go to the bucket's regional host, which the page is allowed to reach."""
    import boto3  # part of Lambda's runtime, not of the package
    from botocore.config import Config

    regional = {"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"}
    return boto3.client("s3", config=Config(signature_version="s3v4", s3=regional))
