"""Buckets as all of ours are: nobody's but the stack's, encrypted, over TLS 1.2 alone.

Buckets of photographs and results have no versions: an object that somebody deletes has to be gone, and a version would
keep it. The page's files have, for they hold nobody's data.
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
    """A bucket that is emptied and removed with the stack, or stays when that is removed; encrypted by S3 or `key`."""
    return s3.Bucket(
        scope,
        id,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
        encryption_key=key,
        bucket_key_enabled=bool(key),  # or S3 would ask KMS for every object, which costs
        enforce_ssl=True,
        minimum_tls_version=1.2,
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if stays else RemovalPolicy.DESTROY,
        auto_delete_objects=not stays,
        **options,
    )


def from_any_page(method: s3.HttpMethods) -> s3.CorsRule:
    """A signed policy or address is the permission: it may be used from any page."""
    return s3.CorsRule(allowed_methods=[method], allowed_origins=["*"], allowed_headers=["*"], max_age=3600)


def allow(function: lambda_.Function, bucket: s3.Bucket, prefix: str, *actions: str) -> None:
    """Let `function` do this with objects whose keys begin with `prefix`, and list those alone."""
    names = [f"s3:{action}" for action in actions]
    objects = bucket.arn_for_objects(f"{prefix}*")
    function.add_to_role_policy(iam.PolicyStatement(actions=names, resources=[objects]))
    # S3 answers 403, not 404, for a missing object to whom may not list the whole bucket: `retina.storage.s3` knows.
    only = {"StringLike": {"s3:prefix": f"{prefix}*"}}
    listing = iam.PolicyStatement(actions=["s3:ListBucket"], resources=[bucket.bucket_arn], conditions=only)
    function.add_to_role_policy(listing)


def origin(bucket: s3.Bucket) -> str:
    """Where signed forms and addresses lead to."""
    return f"https://{bucket.bucket_regional_domain_name}"
