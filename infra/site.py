"""The page in a private bucket, and the API under the same host name: one CloudFront distribution in front of both."""

from collections.abc import Sequence
from pathlib import Path

from aws_cdk import Duration
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as deployment
from constructs import Construct

from infra.buckets import private_bucket
from infra.functions import log_group
from infra.settings import StackSettings
from infra.site_files import VERSIONS
from infra.unknown_addresses import unknown_addresses
from retina.api.middleware.origin import PROOF
from retina.api.middleware.outermost import SECURITY

YEAR = Duration.days(365)
OLD_PAGES = Duration.days(30)
"""How long a replaced version of a file of the page can be restored."""


class Site(Construct):
    """`distribution`, its `url`, and the private `bucket` behind it."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: StackSettings,
        files: Path,
        api_host: str,
        logs: s3.Bucket,
        connects: Sequence[str],
        proof: str,
        firewall: str | None,
        key: kms.IKey | None,
    ) -> None:
        """`api_host` is the API's host, which recognises CloudFront by `proof`; `connects` are more origins that the
        page may call; `firewall` is the ARN of a web ACL or None.
        """
        super().__init__(scope, id)
        self.bucket = private_bucket(
            self,
            "Files",
            versioned=True,
            lifecycle_rules=[s3.LifecycleRule(noncurrent_version_expiration=OLD_PAGES)],
            server_access_logs_bucket=logs,
            server_access_logs_prefix="files/",
        )
        page = cloudfront.ResponseHeadersPolicy(
            self,
            "Headers",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy=SECURITY["Content-Security-Policy"].replace(
                        "connect-src 'self'", " ".join(["connect-src 'self'", *connects])
                    ),
                    override=True,
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                frame_options=cloudfront.ResponseHeadersFrameOptions(
                    frame_option=cloudfront.HeadersFrameOption.DENY, override=True
                ),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
                ),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=YEAR, include_subdomains=True, override=True
                ),
            ),
            custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
                custom_headers=[
                    cloudfront.ResponseCustomHeader(
                        header="Permissions-Policy", value="camera=(), geolocation=(), microphone=()", override=True
                    )
                ]
            ),
        )
        # No custom error responses: they apply to the whole distribution, and would turn the API's 404 into a page.
        api = cloudfront.BehaviorOptions(
            origin=origins.HttpOrigin(
                api_host,
                protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
                origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
                custom_headers={PROOF: proof},
            ),
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            response_headers_policy=page,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        )
        unknown = cloudfront.Function(
            self,
            "UnknownAddresses",
            code=cloudfront.FunctionCode.from_inline(unknown_addresses(files)),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
            comment="404.html where the page has no file",
        )
        certificate = settings.certificate_arn and acm.Certificate.from_certificate_arn(
            self, "Certificate", settings.certificate_arn
        )
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.S3BucketOrigin.with_origin_access_control(self.bucket),
                compress=True,
                response_headers_policy=page,
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                function_associations=[
                    cloudfront.FunctionAssociation(
                        function=unknown, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST
                    )
                ],
            ),
            additional_behaviors={"/api/*": api, "/predict": api},
            default_root_object="index.html",
            domain_names=[settings.domain] if settings.domain else None,
            certificate=certificate or None,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
            enable_logging=True,
            log_bucket=logs,
            log_file_prefix="page/",
            web_acl_id=firewall,
        )
        log = log_group(self, "Log", settings=settings, key=key)
        versions = deployment.BucketDeployment(
            self,
            "Versions",
            sources=[deployment.Source.asset(str(files / VERSIONS))],
            destination_bucket=self.bucket,
            destination_key_prefix=VERSIONS,
            prune=False,  # whoever has the page open goes on with the files of its version
            cache_control=[
                deployment.CacheControl.set_public(),
                deployment.CacheControl.max_age(YEAR),
                deployment.CacheControl.immutable(),
            ],
            log_group=log,
        )
        pages = deployment.BucketDeployment(
            self,
            "Upload",
            sources=[deployment.Source.asset(str(files), exclude=[VERSIONS])],
            destination_bucket=self.bucket,
            exclude=[f"{VERSIONS}/*"],
            # Their names contain no version, so a browser has to check whether its copy is current.
            cache_control=[deployment.CacheControl.no_cache()],
            distribution=self.distribution,
            log_group=log,
        )
        pages.node.add_dependency(versions)  # a page comes after what it refers to
        self.url = f"https://{settings.domain or self.distribution.distribution_domain_name}/"
