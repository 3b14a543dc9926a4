"""Reads a device's options for its entries (pure)."""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.audit.filtering import rules as filtering
from strongroom.audit.notation import Style
from strongroom.audit.outgoing import device as outgoing
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.coercion import FieldError, to_bool

_STYLE = ("log_raw", "hmac_accessor", "elide_list_responses")
_FILE = ("file_path", "path", "mode", "max_bytes", "max_files")
OPTIONS = frozenset({"prefix", "format", "skip_test", *_FILE, *_STYLE}) | filtering.OPTIONS | outgoing.OPTIONS
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
    prefix = options.get("prefix", "")
    if not prefix.isprintable():
        raise InvalidRequest("a prefix holds no control characters")
    if not set(prefix).isdisjoint("$`"):
        raise InvalidRequest('a prefix holds neither "$" nor a backquote, which a shell would execute')
    format_ = options.get("format", "json")
    if format_ not in {"json", "jsonx"}:
        raise InvalidRequest(f'unknown format type "{format_}"')
    return Style(**values, jsonx=format_ == "jsonx")


def skips_test(options: Mapping[str, str]) -> bool:
    """Whether no entry tries the device before it is stored.  As in OpenBao, other texts than `true` mean no."""
    return options.get("skip_test") == "true"
