"""Where photographs wait that are too large for one request: sent by signed forms, gone within a day."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.buckets import private_bucket
from retina.store.port import UPLOADS


class Uploads(Construct):
    """`bucket`, and `origin`, to which the page sends the forms."""

    def __init__(self, scope: Construct, id: str, *, function: lambda_.Function, logs: s3.Bucket) -> None:
        super().__init__(scope, id)
        self.bucket = private_bucket(
            self,
            "Bucket",
            # The signed policy is the permission: a form may be sent from any page.
            cors=[
                s3.CorsRule(
                    allowed_methods=[s3.HttpMethods.POST], allowed_origins=["*"], allowed_headers=["*"], max_age=3600
                )
            ],
            lifecycle_rules=[
                s3.LifecycleRule(expiration=Duration.days(1), abort_incomplete_multipart_upload_after=Duration.days(1))
            ],
            server_access_logs_bucket=logs,
            server_access_logs_prefix="uploads/",
        )
        # To put is to sign forms for putting: a form can do what its signer may.
        function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["s3:PutObject", "s3:GetObject", "s3:DeleteObject"],
                resources=[self.bucket.arn_for_objects(f"{UPLOADS}*")],
            )
        )
        function.add_environment("RETINA_UPLOADS_BUCKET", self.bucket.bucket_name)
        self.origin = f"https://{self.bucket.bucket_regional_domain_name}"
