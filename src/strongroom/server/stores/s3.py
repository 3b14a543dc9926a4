"""`storage "s3"`: its settings, and the store that they describe.

Source: https://developer.hashicorp.com/vault/docs/configuration/storage/s3
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from strongroom.lib.aws.s3 import Bucket, bucket_at
from strongroom.lib.clock import Clock
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random
from strongroom.server.stores import aws, places
from strongroom.server.stores.settings import StoreError, timeout_s
from strongroom.storage.s3 import Place, S3Storage

_STANZA: Final = 'storage "s3"'
_PARALLEL: Final = 32
DEFAULT_MOST_BYTES: Final = 1 << 30
_LEAST_BYTES: Final = 16 << 20


def open_s3_stanza(options: Mapping[str, str], clock: Clock, random: Random) -> S3Storage:
    """Make the store that a stanza describes.  Raises `StoreError`."""
    return S3Storage(
        Place(bucket_of(options), path_of(options), aws.credentials("s3", options)),
        clock,
        random,
        max_parallel=places.parallel("s3", options, _PARALLEL),
        patience_s=timeout_s("s3", options),
        most_bytes=_most_bytes(options),
    )


def bucket_of(options: Mapping[str, str]) -> Bucket:
    """The address of the bucket.  Raises `StoreError`."""
    name = options.get("bucket", "")
    if not name:
        raise StoreError(f"{_STANZA} needs a bucket")
    endpoint = options.get("endpoint", "")
    plain = aws.boolean("s3", options, "disable_ssl")
    if plain and endpoint.startswith("https://"):
        raise StoreError(f"{_STANZA}: disable_ssl is set, but endpoint begins with https://")
    if plain and not endpoint:
        raise StoreError(f"{_STANZA}: disable_ssl is only for an endpoint of one's own")
    if plain and "://" not in endpoint:
        endpoint = f"http://{endpoint}"
    try:
        return bucket_at(
            name,
            endpoint=endpoint,
            region=aws.region(options),
            path_style=aws.boolean("s3", options, "s3_force_path_style"),
            kms_key_id=options.get("kms_key_id", ""),
        )
    except InvalidRequest as error:
        raise StoreError(f"{_STANZA}: {error.text}") from error


def path_of(options: Mapping[str, str]) -> str:
    """What the names of all objects begin with: empty, or ending in `/`.  Raises `StoreError`."""
    path = options.get("path", "").strip("/")
    return f"{places.path('s3', path)}/" if path else ""


def _most_bytes(options: Mapping[str, str]) -> int:
    text = options.get("max_bytes", "")
    if text and not (text.isascii() and text.isdecimal() and len(text) < 16 and int(text) >= _LEAST_BYTES):
        raise StoreError(f"{_STANZA}: max_bytes is no number of bytes, or below {_LEAST_BYTES}")
    return int(text or DEFAULT_MOST_BYTES)
