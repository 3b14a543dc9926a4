"""Where AWS is asked, and by which key (pure).

Source: https://developer.hashicorp.com/vault/api-docs/secret/aws#configure-root-credentials,
https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import msgspec

from strongroom.engines.aws.records import RootConfig
from strongroom.lib.aws import Credentials, Target, iam_target, sts_target, url_of
from strongroom.lib.aws.endpoints import DEFAULT_REGION, partition_of

_REGION_OF_STS = re.compile(
    r"https://sts(?:-fips)?\.([a-z]{2,4}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2})\.amazonaws\.com(?:\.cn)?/?"
)


class Reach(msgspec.Struct, frozen=True):
    """How an account of AWS is asked."""

    iam: Target
    sts: tuple[Target, ...]
    """The next is for when one doesn't answer."""
    keys: tuple[Credentials, ...] = ()
    """The next is for when AWS doesn't know one.  None for the machine's own."""
    retries: int = -1
    role_arn: str = ""
    """The role to assume first (`AwsAccount.inside`); empty for none."""
    role_session_name: str = ""
    external_id: str = ""

    @property
    def digest(self) -> str:
        """A name for results that depend on it."""
        keys = tuple((each.access_key, each.secret_key) for each in self.keys)
        parts = (self.iam, self.sts, keys, self.retries, self.role_arn, self.role_session_name, self.external_id)
        return hashlib.sha256(msgspec.msgpack.encode(parts)).hexdigest()

    def __repr__(self) -> str:
        return "Reach(…)"


def reach_of(config: RootConfig, environment: Mapping[str, str]) -> Reach:
    """How the configured account is asked."""
    region = config.region or environment.get("AWS_REGION", "") or environment.get("AWS_DEFAULT_REGION", "")
    keys = [Credentials(config.access_key, config.secret_key)] if config.access_key and config.secret_key else []
    if keys and config.old_access_key:
        keys.append(Credentials(config.old_access_key, config.old_secret_key))
    iam = config.iam_endpoint or _from_environment(environment, "IAM")
    return Reach(
        iam=iam_target(iam, partition_of(region or DEFAULT_REGION)),
        sts=_sts(config, region or DEFAULT_REGION, environment),
        keys=tuple(keys),
        retries=config.max_retries,
    )


def _sts(config: RootConfig, region: str, environment: Mapping[str, str]) -> tuple[Target, ...]:
    endpoint = config.sts_endpoint or _from_environment(environment, "STS")
    first = sts_target(endpoint, config.sts_region or _region_of(endpoint) or region)
    fallbacks = zip(config.sts_fallback_endpoints, config.sts_fallback_regions, strict=False)
    return (first, *(sts_target(url, where) for url, where in fallbacks))


def _region_of(endpoint: str) -> str:
    """The region in the name of STS's own endpoint: a request signed for another one is refused there."""
    found = _REGION_OF_STS.fullmatch(url_of(endpoint))
    return found.group(1) if found else ""


def _from_environment(environment: Mapping[str, str], service: str) -> str:
    """The endpoint by the variables that AWS's programs know."""
    if environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return ""
    return environment.get(f"AWS_ENDPOINT_URL_{service}", "") or environment.get("AWS_ENDPOINT_URL", "")
