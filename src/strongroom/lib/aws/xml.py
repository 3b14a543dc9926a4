"""Reads the XML of AWS's responses: elements and text, without entities of their own (pure).

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from strongroom.lib.errors import UpstreamFailed

MOST_BYTES = 1024 * 1024
_MOST_DEPTH = 32
_MOST_ELEMENTS = 50_000


@dataclass(slots=True)
class Element:
    """One element."""

    name: str
    namespace: str
    """The default one that it is in; empty for a name with a prefix, which AWS doesn't use."""
    inherited: str = field(default="", repr=False)
    """The default one of its children."""
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def child(self, *names: str) -> Element | None:
        """The first element by these names, each within the one before; None if there is none."""
        found: Element | None = self
        for name in names:
            found = next((each for each in found.children if each.name == name), None) if found is not None else None
        return found

    def value(self, *names: str) -> str:
        """The text of that element; empty if there is none."""
        found = self.child(*names)
        return "" if found is None else found.text.strip()

    def items(self, *names: str) -> list[Element]:
        """The elements within a list: `<names…><item/><item/>`, or `<member/>`."""
        found = self.child(*names)
        return [] if found is None else [each for each in found.children if each.name in {"item", "member"}]


class _Unreadable(Exception):
    """It isn't what AWS sends."""


class _Builder:
    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._count += 1
        if self._count > _MOST_ELEMENTS or len(self._open) >= _MOST_DEPTH:
            raise _Unreadable
        prefix, _, local = name.rpartition(":")
        inherited = self._open[-1].inherited if self._open else ""
        default = attributes.get("xmlns", inherited)
        element = Element(local, "" if prefix else default, default)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, _: str) -> None:
        self._open.pop()

    def text(self, data: str) -> None:
        self._open[-1].text += data

    def refuse(self, *_: Any) -> None:
        # A document type could define entities, which expand to what no limit on the bytes sees.
        raise _Unreadable


def parse_xml(body: bytes) -> Element:
    """The outermost element.  Raises `UpstreamFailed` for what is no XML, or has a document type."""
    builder = _Builder()
    # expat isn't asked to resolve namespaces: it would write the whole of one before each name, and a body of a
    # megabyte with one long namespace and many short names would become gigabytes.
    parser = expat.ParserCreate()
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.EntityDeclHandler = builder.refuse
    parser.buffer_text = True
    try:
        if len(body) > MOST_BYTES:
            raise _Unreadable
        parser.Parse(body, True)
    except (expat.ExpatError, _Unreadable, ValueError, LookupError) as error:
        raise UpstreamFailed("AWS gave no usable answer", detail="no XML") from error
    if builder.root is None:
        raise UpstreamFailed("AWS gave no usable answer", detail="no XML")
    return builder.root
