"""Values of all types by the verbs of `fmt`.

Source: https://pkg.go.dev/fmt#hdr-Printing
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from strongroom.template.budget import Budget, Growing
from strongroom.template.formatting.directive import PLAIN, Directive
from strongroom.template.formatting.floats import float_text
from strongroom.template.formatting.integers import in_base, integer_text
from strongroom.template.formatting.texts import string_text
from strongroom.template.formatting.times import time_syntax, time_text
from strongroom.template.types import ANY_TYPE, BYTES_TYPE, Byte, is_list, is_map, type_name
from strongroom.template.values import NamedInteger, NilPointer, Number, Structure, Unsigned, data_of, text_of, whole

_NIL: Final = "<nil>"
_TEXT_VERBS: Final = frozenset("vsxXq")
_BYTE_VERBS: Final = frozenset("sqxX")
_ADDRESS: Final = 0xC000000000
"""Of all that Go would tell the address of: the true one says nothing, and makes two results of equal values differ."""


class Printer:
    """Writes values, one behind another."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._out = Growing(budget)
        self._directive = PLAIN
        self._raw = False
        """Whether values that tell their text are printed by their fields, because an error text is written."""

    def text(self) -> str:
        """All that was written."""
        return whole(self._out.text())

    def add(self, text: str) -> None:
        """Write a text as it is."""
        self._out.add(text)

    def write(self, value: Any, verb: str = "v", directive: Directive = PLAIN) -> None:
        """Write a value."""
        self._directive = directive
        if verb == "T":
            self._add(string_text(type_name(value), "s", directive))
        elif value is None:
            self._add(directive.padded(_NIL)) if verb == "v" else self.add(f"%!{verb}({_NIL})")
        elif verb == "p":
            self._pointer(value, verb)
        else:
            self._value(value, verb, 0)

    def write_extra(self, value: Any) -> None:
        """Write an argument that no verb asked for."""
        if value is None:
            self.add(_NIL)
            return
        self.add(f"{type_name(value)}=")
        self.write(value)

    def _add(self, text: str | None) -> None:
        assert text is not None
        self._out.add(text)

    def _bad_verb(self, value: Any, verb: str) -> None:
        self._raw = True
        self._out.add(f"%!{verb}({type_name(value)}=")
        self._value(value, "v", 0)
        self._out.add(")")
        self._raw = False

    def _value(self, value: Any, verb: str, depth: int) -> None:
        self._budget.step()
        self._budget.check_depth(depth)
        text = self._told_text(value, verb)
        if text is None:
            text = self._simple_text(value, verb)
        if text is not None:
            self._out.add(text)
        elif isinstance(value, bytes):
            self._bytes(value, verb, depth)
        elif verb == "w":
            self._bad_verb(value, verb)  # It is for errors, of which there are none.
        elif is_map(value):
            self._map(value, verb, depth)
        elif isinstance(value, Structure):
            self._structure(value, verb, depth)
        elif is_list(value):
            self._list(value, verb, depth)
        elif isinstance(value, NilPointer):
            self._pointer(value, verb)
        else:
            self._bad_verb(value, verb)

    def _told_text(self, value: Any, verb: str) -> str | None:
        """What a value tells about itself; None if it doesn't, or isn't asked."""
        if self._raw or not isinstance(value, (Structure, datetime, Number, NamedInteger)):
            return None
        if self._directive.syntax:
            return string_text(time_syntax(value), "s", self._directive) if isinstance(value, datetime) else None
        if verb not in _TEXT_VERBS:
            return None
        if isinstance(value, Structure):
            name = value.methods.get("Error") or value.methods.get("String")
            told = None if name is None else str(getattr(value, name)())
        elif isinstance(value, NamedInteger):
            told = value.name
        else:
            told = time_text(value) if isinstance(value, datetime) else str(value)
        return None if told is None else string_text(told, verb, self._directive)

    def _simple_text(self, value: Any, verb: str) -> str | None:
        """The text of a value without parts; None if it has some, or the verb is for others."""
        if isinstance(value, str):
            if verb == "q" or self._directive.syntax:
                self._budget.escape(len(value))
            return string_text(str(value), verb, self._directive)
        if isinstance(value, bool):
            return self._directive.padded("true" if value else "false") if verb in {"t", "v"} else None
        if isinstance(value, int):
            return integer_text(value, verb, self._directive, signed=not isinstance(value, Unsigned))
        if isinstance(value, float):
            return float_text(value, verb, self._directive)
        return time_text(value) if self._raw and isinstance(value, datetime) else None

    def _bytes(self, value: bytes, verb: str, depth: int) -> None:
        if verb in _BYTE_VERBS:
            self._add(string_text(text_of(value), verb, self._directive))
            return
        name = "[]byte" if depth == 0 and verb in {"v", "d"} else BYTES_TYPE
        self._elements(name, map(Byte, value), verb, depth)

    def _list(self, value: Any, verb: str, depth: int) -> None:
        self._elements(type_name(value), value, verb, depth)

    def _elements(self, name: str, values: Iterable[Any], verb: str, depth: int) -> None:
        syntax = self._directive.syntax
        self._out.add(f"{name}{{" if syntax else "[")
        for number, each in enumerate(values):
            if number:
                self._out.add(", " if syntax else " ")
            self._element(each, verb, depth)
        self._out.add("}" if syntax else "]")

    def _map(self, value: Mapping[str, Any], verb: str, depth: int) -> None:
        syntax = self._directive.syntax
        self._out.add(f"{type_name(value)}{{" if syntax else "map[")
        for number, key in enumerate(sorted_keys(value, self._budget)):
            if number:
                self._out.add(", " if syntax else " ")
            self._value(key, verb, depth + 1)
            self._out.add(":")
            self._element(value[key], verb, depth)
        self._out.add("}" if syntax else "]")

    def _structure(self, value: Structure, verb: str, depth: int) -> None:
        if value.go_type.startswith("*"):
            if depth > 0:
                self._pointer(value, verb)
                return
            self._out.add("&")
        syntax = self._directive.syntax
        self._out.add(f"{value.go_type.removeprefix('*')}{{" if syntax else "{")
        for number, (name, attribute) in enumerate(value.fields.items()):
            if number:
                self._out.add(", " if syntax else " ")
            if syntax or self._directive.fields:
                self._out.add(f"{name}:")
            self._element(getattr(value, attribute), verb, depth)
        self._out.add("}")

    def _element(self, value: Any, verb: str, depth: int) -> None:
        """A part of another value."""
        if value is None:
            self._out.add(f"{ANY_TYPE}(nil)" if self._directive.syntax else _NIL)
        else:
            self._value(value, verb, depth + 1)

    def _pointer(self, value: Any, verb: str) -> None:
        """Where a value is."""
        if isinstance(value, (int, float, str, datetime)) or not _is_reference(value):
            self._bad_verb(value, verb)
            return
        address = 0 if isinstance(value, NilPointer) else _ADDRESS
        directive = self._directive
        if verb == "v" and directive.syntax:
            shown = in_base(address, 16, directive, prefix=True) if address else "nil"
            self._out.add(f"({type_name(value)})({shown})")
        elif verb == "v" and not address:
            self._out.add(directive.padded(_NIL))
        elif verb in {"v", "p"}:
            self._out.add(in_base(address, 16, directive, prefix=not directive.sharp))
        elif verb in set("bodxX"):
            self._add(integer_text(address, verb, directive, signed=False))
        else:
            self._bad_verb(value, verb)


def _is_reference(value: Any) -> bool:
    return not isinstance(value, Structure) or value.go_type.startswith("*")


def sorted_keys(value: Mapping[str, Any], budget: Budget) -> list[str]:
    """The keys of a map in Go's order, that of their bytes.  Raises `Exhausted`."""
    budget.step(len(value))
    return sorted(value, key=data_of)
