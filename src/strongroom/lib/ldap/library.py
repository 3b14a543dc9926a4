"""The LDAP library, imported when it is first needed."""

from __future__ import annotations

from functools import cache
from typing import Any

from strongroom.lib.errors import UpstreamFailed
from strongroom.lib.extras import install_command


@cache
def library() -> Any:
    """The module `ldap` of python-ldap.  Raises `UpstreamFailed` with the command that installs it.

    Source: https://www.python-ldap.org/en/latest/reference/ldap.html
    """
    try:
        import ldap  # noqa: PLC0415 - an optional package
        import ldap.controls  # noqa: PLC0415
        import ldap.controls.pagedresults  # noqa: PLC0415
        import ldap.dn  # noqa: PLC0415
    except ImportError as error:
        text = "this server can't ask directories by LDAP, because a package is missing: its log says which"
        raise UpstreamFailed(text, detail=install_command("ldap")) from error
    return ldap
