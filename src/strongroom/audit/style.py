"""Reads a device's options for its entries (pure)."""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.audit.notation import Style
from strongroom.audit.outgoing import device as outgoing
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.fields import FieldError, to_bool

_ELSEWHERE = ("exclude", "filter", "fallback")
"""Options of other servers that leave out entries or fields.

An operator would notice too late that they have no effect.
"""

_STYLE = ("log_raw", "hmac_accessor", "elide_list_responses")
_FILE = ("file_path", "path", "mode")
OPTIONS = frozenset({"prefix", "format", "skip_test", *_FILE, *_STYLE, *_ELSEWHERE}) | outgoing.OPTIONS
"""All options of a device that are read.  Others are stored and shown, as in Vault."""


def style_of(options: Mapping[str, str]) -> Style:
    """The style that a device's options ask for.  Raises `InvalidRequest` for a value that isn't a boolean."""
    values = {}
    for name in _STYLE:
        if name in options:
            text = options[name]
            try:
                values[name] = to_bool(text or "neither")
            except FieldError as error:
                raise InvalidRequest(f'strconv.ParseBool: parsing "{text}": invalid syntax') from error
    for name in _ELSEWHERE:
        if options.get(name, "") not in {"", "false"}:
            raise InvalidRequest(f'the option "{name}" is one of Vault Enterprise, which this server does not have')
    prefix = options.get("prefix", "")
    if not prefix.isprintable():
        raise InvalidRequest("a prefix holds no control characters")
    if not set(prefix).isdisjoint("$`"):
        raise InvalidRequest('a prefix holds neither "$" nor a backquote, which a shell would execute')
    format_ = options.get("format", "json")
    if format_ == "jsonx":
        raise InvalidRequest('the format "jsonx" does not exist any more; leave "format" out, or set it to "json"')
    if format_ != "json":
        raise InvalidRequest(f'unknown format type "{format_}"')
    return Style(**values)


def skips_test(options: Mapping[str, str]) -> bool:
    """Whether no entry tries the device before it is stored.  As in OpenBao, other texts than `true` mean no."""
    return options.get("skip_test") == "true"
