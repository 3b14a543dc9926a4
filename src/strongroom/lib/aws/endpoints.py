"""Where the services of AWS are (pure).

Source: https://docs.aws.amazon.com/general/latest/gr/rande.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from strongroom.lib.errors import InvalidRequest

DEFAULT_REGION = "us-east-1"
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]{2,12}){1,3}-[0-9]{1,2}")
_GLOBAL = {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


@dataclass(frozen=True, slots=True)
class Target:
    """A service's address, and the region that requests to it are signed for."""

    service: str
    url: str
    region: str

    @property
    def host(self) -> str:
        """Host and port, as the `Host` header has them."""
        return urlsplit(self.url).netloc


def check_region(region: str, field: str) -> None:
    """Raise `InvalidRequest` naming the field, if it isn't the name of a region: a part of a host's name."""
    if _REGION.fullmatch(region) is None:
        raise InvalidRequest(f'{field} "{region[:64]}" isn\'t the name of an AWS region')


def partition_of(region: str) -> str:
    """The partition of a region."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def _suffix(partition: str) -> str:
    return "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"


def url_of(endpoint: str) -> str:
    """A configured endpoint as a URL: AWS's libraries ask one without a scheme by TLS, and so does Vault."""
    return endpoint if "://" in endpoint else f"https://{endpoint}"


def sts_target(endpoint: str, region: str) -> Target:
    """STS: at `endpoint` if there is one, else the region's, else the global one."""
    if endpoint:
        return Target("sts", url_of(endpoint), region or DEFAULT_REGION)
    if not region:
        return Target("sts", "https://sts.amazonaws.com", DEFAULT_REGION)
    check_region(region, "the region")
    return Target("sts", f"https://sts.{region}.{_suffix(partition_of(region))}", region)


def iam_target(endpoint: str, partition: str = "aws") -> Target:
    """IAM, which is global in each partition."""
    region = _GLOBAL.get(partition, DEFAULT_REGION)
    if endpoint:
        return Target("iam", url_of(endpoint), region)
    if partition == "aws-cn":
        return Target("iam", "https://iam.cn-north-1.amazonaws.com.cn", region)
    return Target(
        "iam", "https://iam.us-gov.amazonaws.com" if partition == "aws-us-gov" else "https://iam.amazonaws.com", region
    )


def ec2_target(endpoint: str, region: str) -> Target:
    """EC2 of a region."""
    check_region(region, "the region")
    url = url_of(endpoint) if endpoint else f"https://ec2.{region}.{_suffix(partition_of(region))}"
    return Target("ec2", url, region)


def dynamodb_target(endpoint: str, region: str) -> Target:
    """DynamoDB of a region; empty for `us-east-1`."""
    region = region or DEFAULT_REGION
    if endpoint:
        return Target("dynamodb", url_of(endpoint).rstrip("/"), region)
    check_region(region, "the region")
    return Target("dynamodb", f"https://dynamodb.{region}.{_suffix(partition_of(region))}", region)
