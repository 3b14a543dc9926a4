"""Calls to AWS: signing, the query protocol of IAM, STS and EC2, names of resources, where credentials come from."""

from strongroom.lib.aws.api import AwsApi, AwsBusy, AwsRefused, Call
from strongroom.lib.aws.arn import Arn, Principal, parse_arn, parse_principal
from strongroom.lib.aws.credentials import Credentials, CredentialSources
from strongroom.lib.aws.endpoints import (
    Target,
    check_region,
    dynamodb_target,
    ec2_target,
    iam_target,
    sts_target,
    url_of,
)
from strongroom.lib.aws.xml import Element, parse_xml

__all__ = [
    "Arn",
    "AwsApi",
    "AwsBusy",
    "AwsRefused",
    "Call",
    "CredentialSources",
    "Credentials",
    "Element",
    "Principal",
    "Target",
    "check_region",
    "dynamodb_target",
    "ec2_target",
    "iam_target",
    "parse_arn",
    "parse_principal",
    "parse_xml",
    "sts_target",
    "url_of",
]
