"""Buckets as all of ours are: nobody's but the stack's, encrypted, over TLS alone."""

from typing import Any

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct


def private_bucket(scope: Construct, id: str, *, stays: bool = False, **options: Any) -> s3.Bucket:
    """A bucket that is emptied and removed with the stack, or stays when that is removed."""
    return s3.Bucket(
        scope,
        id,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if stays else RemovalPolicy.DESTROY,
        auto_delete_objects=not stays,
        **options,
    )


def from_any_page(method: s3.HttpMethods) -> s3.CorsRule:
    """A signed policy or address is the permission: it may be used from any page."""
    return s3.CorsRule(allowed_methods=[method], allowed_origins=["*"], allowed_headers=["*"], max_age=3600)


def allow(function: lambda_.Function, bucket: s3.Bucket, prefix: str, *actions: str) -> None:
    """Let `function` do this with objects whose keys begin with `prefix`, and list what there is."""
    names = [f"s3:{action}" for action in actions]
    objects = bucket.arn_for_objects(f"{prefix}*")
    function.add_to_role_policy(iam.PolicyStatement(actions=names, resources=[objects]))
    # Without it S3 also answers 403 in place of 404 when there is no such object.
    function.add_to_role_policy(iam.PolicyStatement(actions=["s3:ListBucket"], resources=[bucket.bucket_arn]))


def origin(bucket: s3.Bucket) -> str:
    """Where signed forms and addresses lead to."""
    return f"https://{bucket.bucket_regional_domain_name}"
