"""Security identifiers of Windows (pure).

Source: https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-dtyp/f992ad60-0fe4-4b87-9fed-beb478836861
"""

from __future__ import annotations


def sid_text(sid: bytes) -> str:
    """`S-1-5-21-…` of the binary form; hexadecimal digits for what isn't one."""
    if len(sid) < 8 or sid[0] != 1 or len(sid) != 8 + 4 * sid[1]:
        return sid.hex()
    parts = (int.from_bytes(sid[at : at + 4], "little") for at in range(8, len(sid), 4))
    return "-".join(["S-1", str(int.from_bytes(sid[2:8], "big")), *map(str, parts)])
