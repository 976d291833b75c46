"""The one stack: the page, the API, and who watches them."""

from pathlib import Path

from aws_cdk import CfnOutput, Environment, Stack
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.api import Api
from infra.settings import StackSettings
from infra.site import Site
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
        self.site = Site(self, "Site", settings=settings, files=files, api_host=self.api.host)
        self.watch = Watch(self, "Watch", settings=settings, function=self.api.function, http=self.api.http)
        page_bucket = self.get_logical_id(self.site.bucket.node.default_child)  # type: ignore[arg-type]
        acknowledge(self, settings, page_bucket)
        CfnOutput(self, "Url", value=self.site.url, description="the page and the API")
