"""Names of roles and libraries, which may have slashes (pure).

Source: https://developer.hashicorp.com/vault/docs/secrets/ldap#hierarchical-paths
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256

from strongroom.lib.errors import NotFound, UnsupportedOperation, UnsupportedPath
from strongroom.lib.ldap import canonical
from strongroom.sdk import Page, Request, Response, listed
from strongroom.sdk.routing import UNSUPPORTED_OPERATION, UNSUPPORTED_PATH

_NAME = re.compile(r"\w(?:[\w./-]{0,254}\w)?", re.ASCII)
ENDINGS = ("check-in", "check-out", "status")
"""What a library's name doesn't end in: those are paths of its own."""


def check_name(name: str) -> str:
    """The name.  Raises `UnsupportedPath` unless it is letters and digits, with `-`, `.` and `/` between them."""
    if not _NAME.fullmatch(name) or "//" in name or any(part in {".", ".."} for part in name.split("/")):
        raise UnsupportedPath(UNSUPPORTED_PATH)
    return name


def check_library_name(name: str) -> str:
    """The name of a library.  Raises `UnsupportedPath` as `check_name`, and for one that is another path."""
    folder, _, last = name.rpartition("/")
    if folder and last in ENDINGS:
        raise UnsupportedOperation(UNSUPPORTED_OPERATION)
    if name.startswith("manage/"):
        raise UnsupportedPath(UNSUPPORTED_PATH)
    return check_name(name)


def account_key(name: str) -> str:
    """One key for all spellings of a name that a directory takes for the same account."""
    return sha256(canonical(name).encode("utf-8", "surrogatepass")).hexdigest()


async def listing(request: Request, rows: str, folder: str, page: Page) -> Response:
    """The names in a folder; folders end in a slash.  Raises `NotFound` if there are none."""
    if folder and not folder.endswith("/"):
        folder += "/"
    names: Sequence[str] = await request.view.list(rows + folder, page.after, page.most)
    if not names:
        raise NotFound
    return listed(names)
