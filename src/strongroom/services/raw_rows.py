"""Rows of the store by their keys, for repairs that nothing else can do.

What opens the store isn't among them: keyrings, seals and the record of the cluster.  Everything else is readable and
changeable by whoever gets here, so it takes a setting of the configuration first.

Source: https://developer.hashicorp.com/vault/api-docs/system/raw
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.record import is_frame
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest

_LONGEST_KEY: Final = 2048
_LONGEST: Final = 1024 * 1024
_MOST_DIGITS: Final = 18
_CORE: Final = "core/"
_FORBIDDEN: Final = frozenset({keys.CLUSTER, keys.WRAPPING_KEY})
_OF_NAMESPACES: Final = ("/sys/keyring", "/sys/namespace-seal")


def check_key(key: str) -> None:
    """Raise `InvalidRequest` for what opens the store, and for what can be no key."""
    name = key.rstrip("/")
    if f"{name}/".startswith(_CORE) or name in _FORBIDDEN or any(part in f"{name}" for part in _OF_NAMESPACES):
        raise InvalidRequest(f'cannot access "{key[:_LONGEST_KEY]}"')
    if len(key) > _LONGEST_KEY or "//" in key or key.startswith("/"):
        raise InvalidRequest("this is no key of a row")


async def read(txn: Transaction, key: str) -> bytes | None:
    """What a row holds: an encoded record, or what is stored in clear."""
    check_key(key)
    return await txn.read_encoded(key)


async def write(txn: Transaction, key: str, content: bytes) -> None:
    """Replace what a row holds, or make one.

    Raises: `InvalidRequest` for what no row can hold.
    """
    check_key(key)
    if not key.startswith(("shared/", "local/")) or key.endswith("/") or key.count("/") < 3:
        raise InvalidRequest("a row's key is shared/NAMESPACE/MOUNT/… or local/NAMESPACE/MOUNT/…")
    if len(content) > _LONGEST:
        raise InvalidRequest(f"a row has at most {_LONGEST} bytes")
    stored = await txn.read_plain(key)
    if await txn.barrier.namespaces.ring(key) is None:
        raise InvalidRequest("the key names a namespace that does not exist")
    if stored is not None and not is_frame(stored):
        _check_number(content)
        txn.write_plain(key, content)
    else:
        _check_record(content)
        txn.write_encoded(key, content)


def delete(txn: Transaction, key: str) -> None:
    """Remove a row, whether it can be read or not."""
    check_key(key)
    txn.clear(key)


async def names(txn: Transaction, folder: str, after: str, limit: int | None) -> list[str]:
    """What is directly below a folder."""
    prefix = f"{folder.rstrip('/')}/" if folder.strip("/") else ""
    if len(prefix) > _LONGEST_KEY or "//" in prefix or prefix.startswith("/"):
        raise InvalidRequest("this is no folder of rows")
    if limit is not None and limit < 0:
        raise InvalidRequest("limit cannot be negative")
    return await txn.list(prefix, after, limit)


def text_of(content: bytes) -> str:
    """What a row holds, as JSON (pure).

    Raises: `InvalidRequest` if it holds bytes, which JSON has no form for.
    """
    if content.isdigit():
        return content.decode()
    try:
        value = msgspec.msgpack.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        value = content
    if _holds_bytes(value):
        raise InvalidRequest('the row holds bytes: read it with encoding "base64"')
    return msgspec.json.encode(value).decode()


def content_of(text: str) -> bytes:
    """What `text_of` has shown, as a row holds it (pure).  Raises `InvalidRequest` for what is no JSON."""
    if text.isascii() and text.isdigit():
        return text.encode()
    try:
        return msgspec.msgpack.encode(msgspec.json.decode(text))
    except (msgspec.MsgspecError, RecursionError, OverflowError) as error:
        raise InvalidRequest("the value is neither JSON nor a number") from error


def _holds_bytes(value: Any) -> bool:
    match value:
        case bytes():
            return True
        case dict():
            return any(_holds_bytes(each) for pair in value.items() for each in pair)
        case list():
            return any(_holds_bytes(each) for each in value)
    return False


def _check_record(content: bytes) -> None:
    """Raise `InvalidRequest` for what isn't the encoding of a record: nothing could ever read it."""
    try:
        value = msgspec.msgpack.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest("the value is not the encoding of a record") from error
    if not isinstance(value, dict) or not isinstance(value.get("~type"), str):
        raise InvalidRequest('the value is no record: it has no "~type"')


def _check_number(content: bytes) -> None:
    if not content.removeprefix(b"-").isdigit() or len(content) > _MOST_DIGITS:
        raise InvalidRequest("the row is a counter, so its value is a whole number")
