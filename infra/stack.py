"""The one stack: the page, the API, and who watches them."""

from pathlib import Path

from aws_cdk import CfnOutput, Duration, Environment, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.api import Api
from infra.buckets import private_bucket
from infra.settings import StackSettings
from infra.site import Site
from infra.uploads import Uploads
from infra.watch import Watch


class RetinaStack(Stack):
    """`package`: the folder that `infra.package` makes; `files`: the page's."""

    def __init__(self, scope: Construct, *, settings: StackSettings, package: Path, files: Path) -> None:
        super().__init__(
            scope,
            settings.name,
            description="The blood vessels of the retina in a fundus photograph",
            env=Environment(region=settings.region),
        )
        self.api = Api(self, "Api", settings=settings, package=package)
        logs = private_bucket(
            self,
            "Logs",
            object_ownership=s3.ObjectOwnership.OBJECT_WRITER,  # CloudFront writes its logs by access control lists
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(settings.log_days))],
        )
        self.uploads = Uploads(self, "Uploads", function=self.api.function, logs=logs)
        self.site = Site(
            self,
            "Site",
            settings=settings,
            files=files,
            api_host=self.api.host,
            logs=logs,
            uploads=self.uploads.origin,
        )
        self.watch = Watch(self, "Watch", settings=settings, function=self.api.function, http=self.api.http)
        acknowledge(self, settings, page=self._name(self.site.bucket), uploads=self._name(self.uploads.bucket))
        CfnOutput(self, "Url", value=self.site.url, description="the page and the API")

    def _name(self, bucket: s3.Bucket) -> str:
        """The bucket's logical id."""
        name: str = self.get_logical_id(bucket.node.default_child)  # type: ignore[arg-type]
        return name
