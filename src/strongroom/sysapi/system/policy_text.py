"""Decodes the text of a policy from a request (pure)."""

from __future__ import annotations

import base64
import binascii


def decoded(text: str) -> str:
    """The text itself, of one that may be in base64, as some clients send it.

    A policy in HCL or JSON is never base64: it holds quotes, braces or spaces.
    """
    if not text.strip():
        return text
    try:
        return base64.b64decode(text.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return text
