"""Statements of InfluxQL: split, and filled with values that can't leave their quotes (pure).

Source: https://docs.influxdata.com/influxdb/v1/query_language/spec/#strings
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from strongroom.engines.database.driver import Statements
from strongroom.engines.database.statements import Dialect, Piece, pieces, split
from strongroom.lib.errors import InvalidRequest

CREATE = ("CREATE USER \"{{username}}\" WITH PASSWORD '{{password}}'",)
DROP = ('DROP USER "{{username}}"',)
SET_PASSWORD = ("SET PASSWORD FOR \"{{username}}\" = '{{password}}'",)
EXISTS = ('SHOW GRANTS FOR "{{username}}"',)

_DIALECT = Dialect(backslashes=True)
_PLACEHOLDER = re.compile(r"\{\{\s*(\w{1,64})\s*\}\}")
_UNQUOTED = re.compile(r"\w*", re.ASCII)


def queries(statements: Statements, values: Mapping[str, str]) -> list[str]:
    """The statements one by one, with `{{username}}`, `{{name}}` and `{{password}}` replaced.

    Raises: `InvalidRequest` for a value that can't stand where it is asked for.  The value isn't shown.
    """
    return [filled(query, values) for text in statements for query in split(text, _DIALECT)]


def filled(query: str, values: Mapping[str, str]) -> str:
    """One statement with the values.  Raises `InvalidRequest`."""
    return "".join(_filled(piece, values) for piece in pieces(query, _DIALECT))


def _filled(piece: Piece, values: Mapping[str, str]) -> str:
    def instead(found: re.Match[str]) -> str:
        return _written(found[1], values[found[1]], piece.quote) if found[1] in values else found[0]

    return _PLACEHOLDER.sub(instead, piece.text)


def _written(name: str, value: str, quote: str) -> str:
    """A value as it is written between quotes, or without any."""
    if quote in {"'", '"'}:
        if "\0" in value or "\r" in value:  # which a text of InfluxQL can't hold
            raise InvalidRequest(f"{{{{{name}}}}} has characters that InfluxDB doesn't take")
        return escaped(value, quote)
    if _UNQUOTED.fullmatch(value) is None:
        raise InvalidRequest(f"{{{{{name}}}}} has characters that need quotes around it")
    return value


def escaped(value: str, quote: str) -> str:
    """A value between quotes."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace(quote, f"\\{quote}")
