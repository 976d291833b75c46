"""Findings of cdk-nag that stay, each with its reason and only where it holds."""

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct

from infra.settings import StackSettings

RUNTIME = "Python 3.13 is the newest that every library of the function has wheels for and that is tested."
UPLOADER = "CDK's own function, which runs while deploying: it reads the assets and writes the page's bucket, no other."
WILDCARDS = (
    "Action::s3:GetObject*",
    "Action::s3:GetBucket*",
    "Action::s3:List*",
    "Action::s3:DeleteObject*",
    "Action::s3:Abort*",
)


def acknowledge(stack: Stack, settings: StackSettings, *, page: str, uploads: str) -> None:
    """Acknowledge what is known of `stack`; `page` and `uploads` are the logical ids of two buckets."""
    [uploader] = [child for child in stack.node.children if child.node.id.startswith("Custom::CDKBucketDeployment")]
    assets = f"arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-{settings.region}/*"
    managed = "Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    _accept(uploader, UPLOADER, f"IAM4[{managed}]", "L1")
    _accept(uploader, UPLOADER, *(f"IAM5[{what}]" for what in WILDCARDS))
    _accept(uploader, UPLOADER, f"IAM5[Resource::{assets}]", f"IAM5[Resource::<{page}.Arn>/*]")
    _accept(uploader, "Invalidations in CloudFront cannot be limited to a distribution here.", "IAM5[Resource::*]")
    _accept(_of(stack, "Api/Function"), RUNTIME, "L1")
    own = "The function works on any upload, and on nothing else in the bucket; their names are random."
    _accept(_of(stack, "Api/Role"), own, f"IAM5[Resource::<{uploads}.Arn>/uploads/*]")
    open_to_all = "Single predictions are for anyone; tokens and keys are verified in the function."
    _accept(_of(stack, "Api/Http"), open_to_all, "APIG4")
    distribution = _of(stack, "Site/Distribution")
    _accept(distribution, "A service of research and education is for every country.", "CFR1")
    unfiltered = "A firewall costs more than the service; throttling and a budget cap what abuse can cost."
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
