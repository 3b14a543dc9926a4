"""Password hashing without its work, for tests that make users but claim nothing about digests.

scrypt takes some 60 ms of a processor on purpose.  Tests log in thousands of times: that was most of the time of some
folders.  The product asks the library for the same costs as ever; only the library's function leaves the rounds out.
Programs that tests start aren't concerned.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import wraps
from typing import Any

import pytest

from strongroom.crypto.kdf import SCRYPT_COST

_LEAST_COST = 2
_WHOLE = hashlib.scrypt


@wraps(_WHOLE)
def _quick(password: bytes, **options: Any) -> bytes:
    """A digest that depends on all that it should, by next to no rounds where passwords' costs are asked for."""
    if options["n"] == SCRYPT_COST:
        options["n"] = _LEAST_COST
    return _WHOLE(password, **options)


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Let the tests of this process hash passwords quickly."""
    hashlib.scrypt = _quick
    yield
    hashlib.scrypt = _WHOLE


@pytest.fixture
def whole_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Password hashing with all its work, for tests of the digest itself."""
    monkeypatch.setattr(hashlib, "scrypt", _WHOLE)
