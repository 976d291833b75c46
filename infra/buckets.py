"""Buckets as all of ours are: nobody's but the stack's, encrypted, over TLS alone."""

from typing import Any

from aws_cdk import RemovalPolicy
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
