"""The client library, imported when it is first needed."""

from __future__ import annotations

from functools import cache
from typing import Any

from strongroom.lib.errors import UpstreamFailed
from strongroom.lib.extras import install_command


@cache
def library() -> Any:
    """The module `pymysql`.  Raises `UpstreamFailed` with the command that installs it.

    Source: https://pymysql.readthedocs.io/en/latest/modules/connections.html
    """
    try:
        import pymysql  # noqa: PLC0415 - an optional package
        import pymysql.cursors  # noqa: PLC0415
    except ImportError as error:
        text = "this server can't ask MySQL, because the package PyMySQL is missing: its log says how to install it"
        raise UpstreamFailed(text, detail=install_command("mysql")) from error
    return pymysql
