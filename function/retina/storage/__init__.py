"""Persistent storage behind one `port`: embedded (`local`, `sqlite`) or in AWS (`s3`, `dynamodb`)."""

from retina.settings import Settings
from retina.storage.database import Database
from retina.storage.dynamodb import DynamoRecords
from retina.storage.local import LocalBlobs, LocalUploads
from retina.storage.port import Blobs, Uploads
from retina.storage.records import Records
from retina.storage.s3 import (
    S3Blobs,
    S3Uploads,
    client,
    s3_client,
)
from retina.storage.sqlite import SqliteRecords


def open_uploads(settings: Settings) -> Uploads:
    """The store of uploaded photographs."""
    if settings.uploads_bucket:
        return S3Uploads(s3_client(), settings.uploads_bucket, settings.upload_bytes)
    return LocalUploads(settings.data, settings.upload_bytes)


def open_results(settings: Settings) -> Blobs:
    """The store of results and other computed files."""
    if settings.results_bucket:
        return S3Blobs(s3_client(), settings.results_bucket)
    return LocalBlobs(settings.data)


def open_records(settings: Settings) -> Records:
    """The store of accounts and their data."""
    if settings.table:
        return DynamoRecords(client("dynamodb"), settings.table)
    return SqliteRecords(open_database(settings))


def open_database(settings: Settings) -> Database:
    """The SQLite file of the embedded store."""
    return Database(settings.data / "retina.sqlite")
