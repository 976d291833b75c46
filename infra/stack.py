"""The stack with all constructs: page, API, worker, stored data, sign-in and monitoring."""

from pathlib import Path

from aws_cdk import CfnOutput, Duration, Environment, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.api import Api
from infra.buckets import private_bucket
from infra.data import Data
from infra.encryption import allow_key, customer_key
from infra.firewall import firewall
from infra.identity import Identity
from infra.jobs import Jobs
from infra.payment import Payment
from infra.settings import StackSettings
from infra.site import Site
from infra.uploads import Uploads
from infra.watch import Watch


class RetinaStack(Stack):
    """`package` is the folder built by `infra.package`, `files` the page with its versions (`infra.site_files`)."""

    def __init__(self, scope: Construct, *, settings: StackSettings, package: Path, files: Path) -> None:
        super().__init__(
            scope,
            settings.name,
            description="The blood vessels of the retina in a fundus photograph",
            env=Environment(region=settings.region),
        )
        key = customer_key(self) if settings.customer_key else None
        self.api = Api(self, "Api", settings=settings, package=package, key=key)
        logs = private_bucket(
            self,
            "Logs",
            object_ownership=s3.ObjectOwnership.OBJECT_WRITER,  # CloudFront writes its logs with access control lists
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(settings.log_days))],
        )
        self.jobs = Jobs(self, "Jobs", settings=settings, package=package, key=key)
        self.uploads = Uploads(self, "Uploads", function=self.api.function, jobs=self.jobs, logs=logs, key=key)
        self.data = Data(
            self, "Data", api=self.api.function, worker=self.jobs.worker, logs=logs, key=key, settings=settings
        )
        self.jobs.tell(self.api.function)
        self.identity = Identity(self, "Identity", settings=settings, api=self.api.function)
        self.site = Site(
            self,
            "Site",
            settings=settings,
            files=files,
            api_host=self.api.host,
            logs=logs,
            connects=[self.uploads.origin, self.data.origin, self.identity.sign_in_url],
            proof=self.api.proof,
            firewall=firewall(self, settings),
            key=key,
        )
        client = self.identity.client(self.site.url)
        for function in (self.api.function, self.jobs.worker):
            if key:
                allow_key(key, function)
            function.add_environment("RETINA_ISSUER", self.identity.issuer)
            function.add_environment("RETINA_CLIENT_ID", client.user_pool_client_id)
            function.add_environment("RETINA_SIGN_IN_URL", self.identity.sign_in_url)
        selling = None
        if settings.payment:
            table = self.data.table
            selling = Payment(self, "Payment", settings=settings, package=package, api=self.api, table=table, key=key)
            selling.open(self.identity.issuer, client.user_pool_client_id, self.site.url)
        self.watch = Watch(self, "Watch", settings=settings, api=self.api, jobs=self.jobs, selling=selling)
        buckets = (self.site.bucket, self.uploads.bucket, self.data.results)
        page, uploads, results = (self._name(bucket) for bucket in buckets)
        acknowledge(self, settings, page=page, uploads=uploads, results=results)
        sign_in = self.identity.sign_in_page(client, self.site.url)
        CfnOutput(self, "SignIn", value=sign_in, description="where people make accounts and sign in")
        CfnOutput(self, "Url", value=self.site.url, description="the page and the API")

    def _name(self, bucket: s3.Bucket) -> str:
        """The logical id of the bucket."""
        name: str = self.get_logical_id(bucket.node.default_child)  # type: ignore[arg-type]
        return name
