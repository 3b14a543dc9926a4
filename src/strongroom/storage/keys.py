"""Checks the form of keys and the size of commits, for all backends (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from strongroom.lib.errors import InvalidRequest
from strongroom.storage.base import Add, Limits

KEY_BYTES = 2048
"""The longest key, in bytes of UTF-8.  PostgreSQL's B-tree takes entries up to 2,704 bytes, MySQL's up to 3,072."""

# PostgreSQL's text can't contain NUL, which also separates the keys of a feed row.  Surrogates have no UTF-8.
_KEY = re.compile(r"[^/\0\ud800-\udfff]+(?:/[^/\0\ud800-\udfff]+)*")
_PREFIX = re.compile(r"(?:[^/\0\ud800-\udfff]+/)*")


def is_key(text: str) -> bool:
    """Whether `text` can be a key: non-empty segments joined by `/`, without NUL, at most `KEY_BYTES` long."""
    return _KEY.fullmatch(text) is not None and (len(text) * 4 <= KEY_BYTES or len(text.encode()) <= KEY_BYTES)


def check_key(key: str) -> None:
    """Raise `InvalidRequest` unless `key` is well formed."""
    if not is_key(key):
        if _KEY.fullmatch(key) is not None:
            raise InvalidRequest(f"a name is too long for the store: with its place it may take {KEY_BYTES} bytes")
        raise InvalidRequest("malformed storage key", detail=f"key {key[:200]!r} of {len(key)} characters")


def check_prefix(prefix: str) -> None:
    """Raise `InvalidRequest` unless `prefix` is empty or segments that each end in `/`."""
    if _PREFIX.fullmatch(prefix) is None:
        raise InvalidRequest("malformed storage prefix", detail=f"prefix {prefix[:200]!r}")


@lru_cache(maxsize=256)
def _check_listed(prefix: str) -> None:
    if prefix == "/" or _PREFIX.fullmatch(prefix) is None:
        raise InvalidRequest("malformed storage prefix", detail=f"prefix {prefix[:200]!r}")


def check_page(prefix: str, after: str, limit: int | None) -> None:
    """Raise `InvalidRequest` unless the arguments of `list` or `scan` are well formed."""
    check_prefix(prefix)
    if limit is not None and limit < 0:
        raise InvalidRequest("a limit is not negative")
    if "\0" in after or any("\ud800" <= character <= "\udfff" for character in after):
        raise InvalidRequest("malformed name to list after")


def check_commit(
    limits: Limits, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
) -> None:
    """Raise `InvalidRequest` if a commit exceeds `limits` or names a malformed key.

    All keys count, also those that are only read.  The size is that of the written values and their keys.
    """
    if len(reads) + len(writes) + len(adds) > limits.keys:
        raise InvalidRequest(f"too many keys in one commit: {limits.keys} is the most")
    for key, seen in reads.items():
        if key.endswith("/"):
            _check_listed(key)
        elif not seen:  # a row that was seen has a key that was checked when it was written
            check_key(key)
    size = 0
    for key, value in writes.items():
        if not reads.get(key):
            check_key(key)
        length = len(value) if value is not None else 0
        if length > limits.value_bytes:
            most = limits.value_bytes
            text = f"value too large for the store ({most} bytes at the most, which is fixed)"
            raise InvalidRequest(text, detail=f"{length} bytes, limit {most}")
        size += len(key) + length
    for key in adds:
        check_key(key)
        if key in writes:
            raise InvalidRequest("a key is both written and added to", detail=f"key {key[:200]!r}")
    if size > limits.bytes:
        raise InvalidRequest(f"too many bytes in one commit: {size}, {limits.bytes} is the most")


def check_depth(most: int, *changes: Mapping[str, object]) -> None:
    """Raise `InvalidRequest` if a key to change has more than `most` segments."""
    for key in (key for keys in changes for key in keys):
        if key.count("/") >= most:
            raise InvalidRequest(f"a name has too many parts for the store: with its place it may have {most}")


def below(prefix: str) -> str:
    """The first text after every key below `prefix` (which ends in `/`): `0` is the character that follows `/`."""
    return prefix[:-1] + "0"


def list_start(prefix: str, after: str) -> str:
    """The smallest key whose name under `prefix` comes after the name `after`."""
    if not after:
        return prefix
    segment, slash, _ = after.partition("/")
    # No key contains NUL, so no key is between a text and the same text with a NUL at its end.
    return prefix + segment + ("0" if slash else "\0")


def name_below(prefix: str, key: str) -> str:
    """The name of `key` in a listing of `prefix`: its next segment, with `/` if more segments follow."""
    end = key.find("/", len(prefix))
    return key[len(prefix) :] if end < 0 else key[len(prefix) : end + 1]


def folders_of(key: str) -> list[str]:
    """Every prefix of `key` that ends in `/`, shortest first."""
    folders = []
    end = key.find("/") + 1
    while end:
        folders.append(key[:end])
        end = key.find("/", end) + 1
    return folders


def pack_keys(keys: Mapping[str, object]) -> bytes:
    """The keys of a commit as one value of a feed row."""
    return "\0".join(keys).encode()


def unpack_keys(packed: bytes) -> list[str]:
    """The keys that `pack_keys` packed."""
    return packed.decode().split("\0")
