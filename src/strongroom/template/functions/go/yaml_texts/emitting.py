"""PyYAML's emitter where that of Go's package writes other bytes.

PyYAML is an extra: whoever imports this module is ready for its absence.
"""

from __future__ import annotations

import re
from io import StringIO

from yaml.emitter import Emitter
from yaml.events import Event, ScalarEvent, StreamEndEvent

_WIDTH = 80
_LONGEST_KEY = 128
_LINE_END = re.compile("[\n\r\x85\u2028\u2029]")
_MARK = "\ufeff"
_ESCAPES = {
    "\0": "0", "\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", "\x1b": "e", '"': '"',
    "\\": "\\", "\x85": "N", "\u2028": "L", "\u2029": "P",
}  # fmt: skip


class GoEmitter(Emitter):
    """Writes events as a text."""

    def __init__(self) -> None:
        self.written = StringIO()
        super().__init__(self.written, width=_WIDTH, allow_unicode=True)

    def emit(self, event: Event) -> None:
        """Write an event.  Nothing marks the end of a document that is a plain text."""
        if isinstance(event, StreamEndEvent):
            self.open_ended = False
        super().emit(event)

    def check_empty_document(self) -> bool:
        """Never: an empty text is quoted, and needs no `---`."""
        return False

    def check_simple_key(self) -> bool:
        """Whether a key is written before its colon alone, rather than after a question mark."""
        text = self.event.value if isinstance(self.event, ScalarEvent) else ""
        return _LINE_END.search(text) is None and len(text.encode()) <= _LONGEST_KEY

    def choose_scalar_style(self) -> str:
        """How a text is quoted: those with a tag aren't."""
        event = self.event
        if isinstance(event, ScalarEvent) and event.tag is not None:
            return event.style or ""
        return str(super().choose_scalar_style())

    def write_double_quoted(self, text: str, split: bool = True) -> None:
        """Write a text in double quotes.  A long one is broken at the first space beyond the width.

        Of a text that begins with a byte order mark, Go's package escapes everything.

        Args:
            split: whether it may be broken.
        """
        marked = text.startswith(_MARK)
        split = split and not marked
        self.write_indicator('"', need_whitespace=True)
        before = ""
        for at, character in enumerate(text):
            breaks = split and self.column > _WIDTH and character == " " != before and 0 < at < len(text) - 1
            if breaks:
                self.write_indent()
            self._put("\\" if breaks and text[at + 1] == " " else "" if breaks else _escaped(character, marked=marked))
            before = character
        self.write_indicator('"', need_whitespace=False)

    def _put(self, text: str) -> None:
        self.written.write(text)
        self.column += len(text)


def _escaped(character: str, *, marked: bool) -> str:
    if character in _ESCAPES:
        return "\\" + _ESCAPES[character]
    if marked and character == "\xa0":
        return "\\_"
    if not marked and (" " <= character <= "~" or ("\xa0" <= character <= "\ufffd" and character != _MARK)):
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
