"""URLs (p).

Source: https://masterminds.github.io/sprig/url.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind
from strongroom.template.functions.go.types import kind_of
from strongroom.template.functions.go.urls import GoUrl, NotAUrl, parse_url, parse_user
from strongroom.template.functions.maps import OwnMap

_FIELDS = ("scheme", "host", "path", "query", "opaque", "fragment")


def _url_parse(text: str) -> OwnMap:
    try:
        url = parse_url(text)
    except NotAUrl as error:
        raise FunctionFailed(f"unable to parse url: {error}") from None
    fields = {name: getattr(url, name) for name in _FIELDS}
    return OwnMap(fields, hostname=url.hostname, userinfo=url.user)


def _url_join(parts: Mapping[str, Any]) -> str:
    fields = {name: _field(parts, name) for name in _FIELDS}
    try:
        return GoUrl(**fields, user=parse_user(_field(parts, "userinfo"))).text()
    except NotAUrl as error:
        raise FunctionFailed(f"unable to parse userinfo in dict: {error}") from None


def _field(parts: Mapping[str, Any], name: str) -> str:
    value = parts.get(name, "")
    if not isinstance(value, str):
        raise FunctionFailed(f"unable to parse {name} key, must be of type string, but {kind_of(value)} found")
    return str(value)


FUNCTIONS: Mapping[str, Function] = {
    "urlJoin": Function(_url_join, (Kind.MAP,)),
    "urlParse": Function(_url_parse, (Kind.STRING,)),
}
