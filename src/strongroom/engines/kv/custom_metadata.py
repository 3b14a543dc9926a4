"""What may be noted beside a secret, and its limits (p).

Source: https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#create-update-metadata
"""

from __future__ import annotations

import json
from typing import Any

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.coercion import FieldError, to_text

MAX_KEYS = 64
MAX_KEY_BYTES = 128
MAX_VALUE_BYTES = 512


def from_request(given: dict[str, Any]) -> dict[str, str]:
    """Texts from what a request gives; numbers become texts.

    Raises: `InvalidRequest` naming everything that is over a limit or unprintable.
    """
    try:
        texts = {name: to_text(value) for name, value in given.items()}
    except FieldError as error:
        raise InvalidRequest(f"custom_metadata validation failed: {error}") from error
    faults = list(_faults(texts))
    if faults:
        counted = "1 error" if len(faults) == 1 else f"{len(faults)} errors"
        lines = "".join(f"\t* custom_metadata validation failed: {fault}\n" for fault in faults)
        raise InvalidRequest(f"{counted} occurred:\n{lines}\n")
    return texts


def patched(current: dict[str, str], given: dict[str, Any]) -> dict[str, str]:
    """`current` with a merge patch applied: null removes.  Raises `InvalidRequest` as `from_request` does."""
    kept = {name: value for name, value in current.items() if name not in given}
    return from_request(kept | {name: value for name, value in given.items() if value is not None})


def _faults(texts: dict[str, str]) -> list[str]:
    if len(texts) > MAX_KEYS:
        return [f"payload must contain at most {MAX_KEYS} keys, provided {len(texts)}"]
    faults = []
    for name, value in texts.items():
        key_bytes, value_bytes = len(name.encode()), len(value.encode())
        if not 0 < key_bytes <= MAX_KEY_BYTES:
            faults.append(f'length of key "{name}" is {key_bytes} but must be 0 < len(key) <= {MAX_KEY_BYTES}')
        if not 0 < value_bytes <= MAX_VALUE_BYTES:
            faults.append(
                f'length of value for key "{name}" is {value_bytes} but must be 0 < len(value) <= {MAX_VALUE_BYTES}'
            )
        if not name.isprintable():
            faults.append(f"key {json.dumps(name)} contains unprintable characters")
        if not value.isprintable():
            faults.append(f'value for key "{name}" contains unprintable characters')
    return faults
