"""`storage "dynamodb"`: its settings, and the store that they describe.

Source: https://developer.hashicorp.com/vault/docs/configuration/storage/dynamodb
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from strongroom.lib.aws import Target, dynamodb_target
from strongroom.lib.clock import Clock
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.outgoing import check_url
from strongroom.lib.rand import Random
from strongroom.server.stores import aws, places
from strongroom.server.stores.settings import DEFAULT_TABLE, StoreError, timeout_s
from strongroom.storage.dynamodb import DynamodbSettings, DynamodbStorage, Reserved, open_dynamodb

_TYPE: Final = "dynamodb"
_STANZA: Final = 'storage "dynamodb"'
_TABLE: Final = re.compile(r"[A-Za-z0-9_.-]{3,255}")
"""Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html"""
_ON_DEMAND, _PROVISIONED = "PAY_PER_REQUEST", "PROVISIONED"
_PARALLEL: Final = 16
DEFAULT_CAPACITY: Final = 5


def open_dynamodb_stanza(options: Mapping[str, str], clock: Clock, random: Random) -> DynamodbStorage:
    """Make the store that a stanza describes.  Raises `StoreError`."""
    return open_dynamodb(settings_of(options), clock, random)


def settings_of(options: Mapping[str, str]) -> DynamodbSettings:
    """Where the store is, and how to get there.  Raises `StoreError`."""
    table = options.get("table") or DEFAULT_TABLE
    if not _TABLE.fullmatch(table):
        raise StoreError(f'{_STANZA}: table must be 3 to 255 letters, digits and "_.-"')
    target = _target(options)
    return DynamodbSettings(
        target,
        table,
        aws.credentials(_TYPE, options),
        context=ssl.create_default_context() if target.url.startswith("https://") else None,
        reserved=_reserved(options),
        max_parallel=places.parallel(_TYPE, options, _PARALLEL),
        patience_s=timeout_s(_TYPE, options),
    )


def _target(options: Mapping[str, str]) -> Target:
    try:
        target = dynamodb_target(options.get("endpoint", ""), aws.region(options))
        check_url(target.url, "endpoint")
    except InvalidRequest as error:
        raise StoreError(f"{_STANZA}: {error.text}") from error
    parts = urlsplit(target.url)
    if parts.path or parts.query or parts.fragment:
        raise StoreError(f"{_STANZA}: endpoint must be a host, without a path")
    return target


def _reserved(options: Mapping[str, str]) -> Reserved | None:
    """The capacity of a new table; None for one that is paid by the request."""
    numbers = {name: _capacity(options, name) for name in ("read_capacity", "write_capacity")}
    mode = options.get("billing_mode", "").upper()
    if mode not in {"", _ON_DEMAND, _PROVISIONED}:
        raise StoreError(f"{_STANZA}: billing_mode must be {_ON_DEMAND} or {_PROVISIONED}")
    given = any(numbers.values())
    if mode == _ON_DEMAND and given:
        raise StoreError(f"{_STANZA}: read_capacity and write_capacity go with billing_mode {_PROVISIONED}")
    if mode == _ON_DEMAND or not (mode or given):
        return None
    return Reserved(
        numbers["read_capacity"] or DEFAULT_CAPACITY,
        numbers["write_capacity"] or DEFAULT_CAPACITY,
    )


def _capacity(options: Mapping[str, str], name: str) -> int:
    text = options.get(name, "")
    if text and not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise StoreError(f"{_STANZA}: {name} is no number of units")
    return int(text or 0)
