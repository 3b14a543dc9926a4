"""Object identifiers (p).  Source: ITU-T X.660"""

from __future__ import annotations

import re
from typing import Final

OID_CHARACTERS: Final = 128
# Arcs under 2^28: libraries in which certificates are read keep them in 32 bits or fewer.
_OID: Final = re.compile(
    r"(?:[01]\.(?:[0-9]|[1-3][0-9])|2\.(?:0|[1-9][0-9]{0,8}))(?:\.(?:0|[1-9][0-9]{0,38}))*", re.ASCII
)


def is_oid(text: str) -> bool:
    """Whether a text is an object identifier that can be encoded: `1.3.6.1.4.1.311`."""
    return len(text) <= OID_CHARACTERS and _OID.fullmatch(text) is not None
