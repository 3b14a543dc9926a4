"""Where a bucket is, and how its objects are addressed (pure).

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from strongroom.lib.aws.endpoints import DEFAULT_REGION, Target, check_region, partition_of
from strongroom.lib.aws.signing import S3
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.outgoing import check_url

MOST_KEY_BYTES = 1024
"""Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html"""
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_SAFE = "-_.~"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket's address."""

    name: str
    target: Target
    path_style: bool
    """Whether its name is the first part of the path, and not of the host's name."""
    kms_key_id: str = ""
    """The key of AWS KMS that encrypts new objects; empty for the bucket's own setting."""
    encryption: str = ""
    """How S3 encrypts new objects, as `AES256` or `aws:kms`; empty for `aws:kms` with a key, else the bucket's own."""

    def url(self, key: str = "", query: Mapping[str, str] | None = None) -> str:
        """The URL of an object, or of the bucket if the key is empty.  Raises `InvalidRequest` for no possible key."""
        check_key(key)
        base, path = self.target.url, f"/{quote(key, safe=f'/{_SAFE}')}"
        if self.path_style:
            path = f"/{self.name}{path}"
        else:
            scheme, _, rest = base.partition("://")
            base = f"{scheme}://{self.name}.{rest}"
        # Sorted and percent-encoded, as the signature wants it.
        said = "&".join(f"{name}={quote(value, safe=_SAFE)}" for name, value in sorted((query or {}).items()))
        return f"{base}{path}?{said}" if said else f"{base}{path}"


def bucket_at(
    name: str,
    *,
    endpoint: str = "",
    region: str = "",
    path_style: bool = False,
    kms_key_id: str = "",
    encryption: str = "",
) -> Bucket:
    """The address of a bucket.

    Args:
        endpoint: of a service that isn't AWS, as a URL, or a host that is asked by TLS; empty for AWS.
        region: of the bucket; empty for `us-east-1`.
        path_style: see `Bucket`.  It is always so where the name can't be a part of a host's name: below an address,
            and by TLS if it has a dot.
        kms_key_id, encryption: see `Bucket`.

    Raises: `InvalidRequest`.
    """
    check_bucket(name)
    region = region or DEFAULT_REGION
    if endpoint:
        url = (endpoint if "://" in endpoint else f"https://{endpoint}").rstrip("/")
        check_url(url, "the endpoint of S3")
        if urlsplit(url).path or urlsplit(url).query:
            raise InvalidRequest("the endpoint of S3 must be a host, without a path")
    else:
        check_region(region, "the region")
        suffix = "amazonaws.com.cn" if partition_of(region) == "aws-cn" else "amazonaws.com"
        url = f"https://s3.{region}.{suffix}"
    dotted = "." in name and url.startswith("https:")
    return Bucket(name, Target(S3, url, region), path_style or dotted or _is_address(url), kms_key_id, encryption)


def check_bucket(name: str) -> None:
    """Raise `InvalidRequest` if it can't be the name of a bucket.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    """
    if _NAME.fullmatch(name) is None or ".." in name:
        raise InvalidRequest(f'"{name[:64]}" can\'t be the name of a bucket of S3')


def check_key(key: str) -> None:
    """Raise `InvalidRequest` for a key that no request can name: HTTP clients resolve its dots, or it is too long."""
    if len(key.encode("utf-8", "replace")) > MOST_KEY_BYTES:
        raise InvalidRequest(f"a name of S3 may take {MOST_KEY_BYTES} bytes")
    if not key.isprintable() or any(part in {".", ".."} for part in key.split("/")) or key.startswith("/"):
        raise InvalidRequest("a name of S3 must be printable, and no part of it a dot or two")


def _is_address(url: str) -> bool:
    try:
        ipaddress.ip_address(urlsplit(url).hostname or "")
    except ValueError:
        return False
    return True
