"""Findings of cdk-nag that we accept, each with its reason and limited to where it applies."""

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct

from infra.settings import StackSettings
from retina.storage.port import (
    ANSWERS,
    BATCH,
    EXPORTS,
    HISTORY,
    UPLOADS,
)

RUNTIME = "Python 3.13 is the newest that every library of the function has wheels for and that is tested."
UPLOADER = "CDK's own function, which runs while deploying: it reads the assets and writes the page's bucket, no other."
WILDCARDS = (
    "Action::s3:GetObject*",
    "Action::s3:GetBucket*",
    "Action::s3:List*",
    "Action::s3:DeleteObject*",
    "Action::s3:Abort*",
)


def acknowledge(stack: Stack, settings: StackSettings, *, page: str, uploads: str, results: str) -> None:
    """Acknowledge the known findings in `stack`; `page`, `uploads` and `results` are logical ids of buckets."""
    [uploader] = [child for child in stack.node.children if child.node.id.startswith("Custom::CDKBucketDeployment")]
    assets = f"arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-{settings.region}/*"
    managed = "Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    _accept(uploader, UPLOADER, f"IAM4[{managed}]", "L1")
    _accept(uploader, UPLOADER, *(f"IAM5[{what}]" for what in WILDCARDS))
    _accept(uploader, UPLOADER, f"IAM5[Resource::{assets}]", f"IAM5[Resource::<{page}.Arn>/*]")
    _accept(uploader, "Invalidations in CloudFront cannot be limited to a distribution here.", "IAM5[Resource::*]")
    for function in ("Api", "Jobs", *(("Payment",) if settings.payment else ())):
        _accept(_of(stack, f"{function}/Function"), RUNTIME, "L1")
    own = "The function works on any object of this kind, and on nothing else in the bucket; names are random."
    for role, bucket, prefixes in (
        ("Api/Role", uploads, (UPLOADS, BATCH)),
        ("Api/Role", results, (ANSWERS, HISTORY, BATCH, EXPORTS)),
        ("Jobs/Role", uploads, (BATCH,)),
        ("Jobs/Role", results, (HISTORY, BATCH, EXPORTS)),
    ):
        _accept(_of(stack, role), own, *(f"IAM5[Resource::<{bucket}.Arn>/{prefix}*]" for prefix in prefixes))
    pool = _of(stack, "Identity/Pool")
    _accept(pool, "Twelve characters of any kind: length protects, rules make people write passwords down.", "COG1")
    if settings.mfa != "required":
        _accept(
            pool, "A second factor is a setting; by default it is offered to everyone and demanded of nobody.", "COG2"
        )
    if settings.threat_protection != "full":
        plus = "Threat protection is a setting: by default off, as it costs more for each user than the service earns."
        _accept(pool, plus, "COG3", "COG8")
    open_to_all = "Single predictions are for anyone; tokens and keys are verified in the function."
    _accept(_of(stack, "Api/Http"), open_to_all, "APIG4")
    distribution = _of(stack, "Site/Distribution")
    _accept(distribution, "A service of research and education is for every country.", "CFR1")
    if settings.firewall == "off":
        unfiltered = "A firewall is a setting: it costs more than the service; throttling and a budget cap abuse."
        _accept(distribution, unfiltered, "CFR2")
    if not settings.domain:
        default = "CloudFront's own host name comes with its own certificate, whose protocols cannot be chosen."
        _accept(distribution, default, "CFR4")


def _of(stack: Stack, path: str) -> IConstruct:
    found: IConstruct = stack
    for name in path.split("/"):
        found = found.node.find_child(name)
    return found


def _accept(where: IConstruct, reason: str, *rules: str) -> None:
    known = [Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=reason) for rule in rules]
    Validations.of(where).acknowledge(*known)
