"""Short lists beside the long one: each is for the certificates that name it (p).

A certificate's serial number says which of a set is its own.  A set never changes, because certificates name its lists
by their URL; another number of partitions, or another address of the mount, begins another set.

Source: RFC 5280, section 5.2.5
"""

from __future__ import annotations

from strongroom.engines.pki.revocation.records import CrlConfig, PartitionSet
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import replace

MOST_PARTITIONS = 256
MOST_SETS = 8


def partition_of(set_: PartitionSet, serial: int) -> int:
    """The number of the list of a set that a certificate names."""
    return serial % set_.count


def url(config: CrlConfig, set_: int, partition: int, issuer_id: str) -> str:
    """Where the list of a partition is read."""
    base = config.partition_sets[set_].base.rstrip("/")
    return f"{base}/issuer/{issuer_id}/crl/partition/{set_}/{partition}/der"


def url_for(config: CrlConfig, serial: int, issuer_id: str) -> str:
    """The URL that a new certificate names as its distribution point; empty if lists aren't partitioned."""
    if not config.partition_sets or config.partition_sets[-1].count <= 1:
        return ""
    last = len(config.partition_sets) - 1
    return url(config, last, partition_of(config.partition_sets[last], serial), issuer_id)


def with_partitions(config: CrlConfig, count: int, base: str) -> CrlConfig:
    """The settings with another number of partitions for new certificates.

    Args:
        count: 0 or 1 for none. base: the URL of the mount.

    Raises: `InvalidRequest` for a number that there can't be, without a URL, and for more sets than a mount may have.
    """
    if not 0 <= count <= MOST_PARTITIONS:
        raise InvalidRequest(f"partitions must be between 0 and {MOST_PARTITIONS}")
    wanted = PartitionSet(count=max(count, 1), base=base if count > 1 else "")
    if not config.partition_sets and count <= 1:
        return config
    if config.partition_sets and config.partition_sets[-1] == wanted:
        return config
    if count > 1 and not base:
        raise InvalidRequest("partitions need the URL of the mount: set aia_path or path at config/cluster first")
    if len(config.partition_sets) >= MOST_SETS:
        raise InvalidRequest(
            f"a mount has at most {MOST_SETS} sets of partitions, because certificates name all of them"
        )
    return replace(config, partition_sets=(*config.partition_sets, wanted))
