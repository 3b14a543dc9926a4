"""Entries as XML, in IBM's notation of JSON, and back (pure).

The chain is made of the JSON, before it becomes XML: so whoever turns the XML back has every byte of it.  A text or
name with characters that XML can't hold is written as JSON escapes it, and an attribute says so.

Source: https://www.ibm.com/docs/en/datapower-gateway/10.5.0?topic=20-jsonx-conversion-rules
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from strongroom.audit.encoding import escaped
from strongroom.lib.json import dumps_unsorted

ROOT: Final = b'<json:object xmlns:json="http://www.ibm.com/xmlns/prod/2009/jsonx">'
_END: Final = "</json:object>"
_REFERENCES: Final = {sign: f"&#{ord(sign)};" for sign in '\t\n\r"$`'} | {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
"""`$` and backquotes too, which a shell would execute."""
_TO_ESCAPE: Final = re.compile(r'[\t\n\r"$`&<>]')
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Source: https://www.w3.org/TR/xml/#charsets"""
_SIGNS: Final = {reference: sign for sign, reference in _REFERENCES.items()}
_REFERENCE: Final = re.compile("|".join(map(re.escape, _SIGNS)))
_TAG: Final = re.compile(
    r"<json:(?P<kind>object|array|string|number|boolean|null)"
    r'(?: name="(?P<name>[^"<>]*)")?(?: escaped-name="(?P<escaped_name>[^"<>]*)")?'
    r'(?P<escaped> escaped="true")?(?P<empty> /)?>'
    r"|</json:(?P<end>object|array|string|number|boolean)>"
    r"|(?P<text>[^<>]+)"
)


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


def to_xml(entry: bytes) -> bytes:
    """An entry as XML, on one line.

    Args:
        entry: a JSON object, without spaces between its tokens.
    """
    found = json.loads(entry, parse_int=_Number, parse_float=_Number)
    inner = "".join(piece for name, value in found.items() for piece in _element(value, _named(name)))
    return ROOT + inner.encode() + _END.encode()


def _element(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield f"<json:object{name}>"
        for key, item in value.items():
            yield from _element(item, _named(key))
        yield _END
    elif isinstance(value, list):
        yield f"<json:array{name}>"
        for item in value:
            yield from _element(item, "")
        yield "</json:array>"
    elif isinstance(value, _Number):
        yield f"<json:number{name}>{value}</json:number>"
    elif isinstance(value, str):
        marked = ' escaped="true"' if _UNWRITABLE.search(value) else ""
        yield f"<json:string{name}{marked}>{_text(_inner(value) if marked else value)}</json:string>"
    elif value is None:
        yield f"<json:null{name} />"
    else:
        yield f"<json:boolean{name}>{'true' if value else 'false'}</json:boolean>"


def _named(name: str) -> str:
    if not _UNWRITABLE.search(name):
        return f' name="{_text(name)}"'
    shown = _UNWRITABLE.sub("\ufffd", name)
    return f' name="{_text(shown)}" escaped-name="{_text(_inner(name))}"'


def _inner(text: str) -> str:
    """What stands between the quotation marks in JSON."""
    return dumps_unsorted(text)[1:-1].decode()


def _text(text: str) -> str:
    return _TO_ESCAPE.sub(lambda found: _REFERENCES[found[0]], text)


def from_xml(line: bytes) -> bytes | None:
    """The entry that `to_xml` has made a line of; None if it has not.

    Args:
        line: perhaps with something in front, which stays there.
    """
    prefix, root, rest = line.partition(ROOT)
    if not root:
        return None
    try:
        return prefix + escaped(_read(rest.decode()).encode())
    except (ValueError, IndexError):  # UnicodeDecodeError is one
        return None


def _read(text: str) -> str:
    """The JSON of what follows the root's beginning.  Raises `ValueError`, `IndexError` for anything else."""
    out, open_, at = ["{"], ["object"], 0
    first = True
    while open_:
        tag = _TAG.match(text, at)
        if tag is None:
            raise ValueError
        at = tag.end()
        if tag["end"]:
            if tag["end"] != open_.pop():
                raise ValueError
            out.append("}" if tag["end"] == "object" else "]")
            first = False
            continue
        if tag["text"] is not None:
            raise ValueError
        if not first:
            out.append(",")
        if (tag["name"] is not None) is not (open_[-1] == "object"):
            raise ValueError
        if tag["name"] is not None:
            out.append(_quoted(tag["escaped_name"] or tag["name"], raw=tag["escaped_name"] is not None) + ":")
        first = tag["kind"] in {"object", "array"} and not tag["empty"]
        if first:
            open_.append(tag["kind"])
            out.append("{" if tag["kind"] == "object" else "[")
        else:
            value, at = _scalar(text, tag, at)
            out.append(value)
    if at != len(text):
        raise ValueError
    return "".join(out)


def _scalar(text: str, tag: re.Match[str], at: int) -> tuple[str, int]:
    """The JSON of an element without others in it, and where it ends."""
    kind = tag["kind"]
    if kind == "null":
        return "null", at
    end = f"</json:{kind}>"
    stop = text.index(end, at)
    inner = text[at:stop]
    if "<" in inner or ">" in inner:
        raise ValueError
    at = stop + len(end)
    return (_quoted(inner, raw=bool(tag["escaped"])) if kind == "string" else inner), at


def _quoted(text: str, *, raw: bool) -> str:
    """A text in JSON.

    Args:
        raw: whether it is written as JSON escapes it.
    """
    plain = _REFERENCE.sub(lambda found: _SIGNS[found[0]], text)
    return f'"{plain}"' if raw else dumps_unsorted(plain).decode()
