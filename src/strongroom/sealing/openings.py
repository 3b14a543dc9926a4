"""The operations of key holders that a listener can open to callers without a token."""

from __future__ import annotations

REKEY = "rekey"
GENERATE_ROOT = "generate-root"
