"""Entries as XML: parsers of others read it, and every byte of the JSON comes back."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.audit.encoding import escaped
from strongroom.audit.jsonx import ROOT, from_xml, to_xml
from strongroom.lib.json import dumps_unsorted

SPACE = "{http://www.ibm.com/xmlns/prod/2009/jsonx}"
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


def decoded(element: ET.Element) -> Any:
    """The value that an element stands for, read with Python's XML parser."""
    kind, text = element.tag.removeprefix(SPACE), element.text or ""
    match kind:
        case "object":
            return {name_of(each): decoded(each) for each in element}
        case "array":
            return [decoded(each) for each in element]
        case "string":
            return json.loads(f'"{text}"') if element.get("escaped") else text
        case "number":
            return json.loads(text)
        case "boolean":
            return {"true": True, "false": False}[text]
        case _:
            assert kind == "null"
            return None


def name_of(element: ET.Element) -> str:
    """The name of an object's member."""
    raw = element.get("escaped-name")
    return element.attrib["name"] if raw is None else str(json.loads(f'"{raw}"'))


@given(st.dictionaries(TEXT, VALUES, max_size=4))
def test_what_another_parser_reads_and_what_comes_back(value: dict[str, Any]) -> None:
    """Whatever it holds: the same values for a parser of XML, on one line, and the same bytes here."""
    entry = escaped(dumps_unsorted(value))
    line = to_xml(entry)
    assert b"\n" not in line
    assert b"$" not in line
    assert b"`" not in line
    assert decoded(ET.fromstring(line)) == value
    assert from_xml(line) == entry
    assert from_xml(b"@cee: " + line) == b"@cee: " + entry


def test_the_form() -> None:
    """As IBM's rules have it, with the names that Vault's had."""
    entry = b'{"time":"t","auth":{"policies":["a<b",""]},"n":1e22,"on":true,"none":null,"e":{},"l":[]}'
    assert to_xml(entry) == ROOT + (
        b'<json:string name="time">t</json:string>'
        b'<json:object name="auth"><json:array name="policies"><json:string>a&lt;b</json:string>'
        b"<json:string></json:string></json:array></json:object>"
        b'<json:number name="n">1e22</json:number><json:boolean name="on">true</json:boolean>'
        b'<json:null name="none" /><json:object name="e"></json:object><json:array name="l"></json:array></json:object>'
    )


GOOD = to_xml(b'{"a":"b","c":[1]}')


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        ROOT,
        GOOD[:-1],
        GOOD + b"x",
        GOOD + GOOD,
        GOOD.replace(b' name="a"', b""),
        GOOD.replace(b"<json:number>", b'<json:number name="x">'),
        GOOD.replace(b"</json:array>", b"</json:object>"),
        GOOD.replace(b">1<", b"><json:number>1</json:number><"),
        GOOD.replace(b"<json:number>", b"text<json:number>"),
        GOOD.replace(b">b<", b">\xff<"),
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + GOOD.replace(b">b<", b"><&a;<"),
    ],
)
def test_other_lines_are_no_entries(line: bytes) -> None:
    """Nothing but what was written here is read back."""
    assert from_xml(line) is None
