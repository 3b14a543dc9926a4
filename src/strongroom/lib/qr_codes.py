"""Draws QR codes."""

from __future__ import annotations

import base64
import io

import segno

_QUIET_MODULES = 4
"""The border of a QR code.  Source: ISO/IEC 18004"""
MOST_PIXELS = 2000
"""The widest picture that is drawn for a client."""


def barcode(text: str, pixels: int) -> str:
    """A QR code as PNG in base64; empty if none is wanted.

    It takes from some hundredths of a second to a tenth, so it belongs into a thread.

    Args:
        text: at most some 2,000 bytes. pixels: the width that is wanted.  Each module has a whole number of pixels, so
            the picture may be smaller; and at least one, so it may be larger.
    """
    if pixels <= 0:
        return ""
    code = segno.make(text, error="m", micro=False)
    modules, _ = code.symbol_size(border=_QUIET_MODULES)
    out = io.BytesIO()
    code.save(out, kind="png", scale=max(1, pixels // modules), border=_QUIET_MODULES)
    return base64.b64encode(out.getvalue()).decode()
