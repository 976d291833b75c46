"""Bucket defaults: private to the stack, encrypted, reachable only over TLS 1.2 or newer.

Buckets with photographs and results are not versioned, since a deleted object has to be gone, and a version would keep
it. The bucket with the page's files is versioned, as they are nobody's data.
"""

from typing import Any

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct


def private_bucket(
    scope: Construct, id: str, *, stays: bool = False, key: kms.IKey | None = None, **options: Any
) -> s3.Bucket:
    """A bucket that is emptied and removed with the stack, or retained if it `stays`; encrypted by S3 or with `key`."""
    return s3.Bucket(
        scope,
        id,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
        encryption_key=key,
        bucket_key_enabled=bool(key),  # otherwise S3 would call KMS for every object, which costs money
        enforce_ssl=True,
        minimum_tls_version=1.2,
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if stays else RemovalPolicy.DESTROY,
        auto_delete_objects=not stays,
        **options,
    )


def from_any_page(method: s3.HttpMethods) -> s3.CorsRule:
    """CORS from any origin: the signed policy or URL is the permission, whichever page uses it."""
    return s3.CorsRule(allowed_methods=[method], allowed_origins=["*"], allowed_headers=["*"], max_age=3600)


def allow(function: lambda_.Function, bucket: s3.Bucket, prefix: str, *actions: str) -> None:
    """Allow `function` these actions on objects whose keys start with `prefix`, and listing only those."""
    names = [f"s3:{action}" for action in actions]
    objects = bucket.arn_for_objects(f"{prefix}*")
    function.add_to_role_policy(iam.PolicyStatement(actions=names, resources=[objects]))
    # Without permission to list the whole bucket, S3 responds 403 instead of 404 for a missing object;
    # `retina.storage.s3` handles that.
    only = {"StringLike": {"s3:prefix": f"{prefix}*"}}
    listing = iam.PolicyStatement(actions=["s3:ListBucket"], resources=[bucket.bucket_arn], conditions=only)
    function.add_to_role_policy(listing)


def origin(bucket: s3.Bucket) -> str:
    """The origin of signed upload forms and download links."""
    return f"https://{bucket.bucket_regional_domain_name}"
