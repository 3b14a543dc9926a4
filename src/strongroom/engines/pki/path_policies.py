"""Who decides about paths that name no role, for clients of ACME and EST: `sign-verbatim`, or `role:<name>` (p)."""

from __future__ import annotations

from typing import Final

VERBATIM: Final = "sign-verbatim"
ROLE: Final = "role:"
