"""Request data from the command line: `key=value`, `key=@file`, `key=-`, `@file.json`, `-`.

A value arrives unchanged, or is refused: JSON can't contain bytes that aren't UTF-8.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TextIO

from strongroom.client import values

_SECRETS = ("password", "passwd", "passphrase", "secret", "token", "jwt", "credential", "key")
"""What the names of fields hold whose files are read for one word."""


class DataError(Exception):
    """A word of the command line is no request data."""


def _read_file(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:  # noqa: PTH123 - slow import
            return file.read()
    except OSError as error:
        verb = "read" if isinstance(error, IsADirectoryError) else "open"
        raise DataError(f"{verb} {path}: {(error.strerror or str(error)).lower()}") from error


class DataReader:
    """Reads data words; standard input can be consumed once.

    Args:
        stdin: where `-` reads from.

    `notes` has hints about the read values for the user.
    """

    def __init__(self, stdin: TextIO) -> None:
        self._stdin = stdin
        self._consumed = False
        self.notes: list[str] = []

    def _read_stdin(self) -> str:
        if self._consumed:
            raise DataError("stdin already consumed")
        self._consumed = True
        return self._stdin.read()

    def _document(self, text: str) -> dict[str, Any]:
        try:
            document = values.decode(text)
        except ValueError as error:
            raise DataError(_json_complaint(text, error)) from error
        if not isinstance(document, dict):
            raise DataError("json: the document is no object")
        return document

    def _value(self, name: str, text: str) -> str:
        if text == "-":
            return self._noted(name, self._read_stdin(), typed=True)
        if text.startswith("@"):
            try:
                return self._noted(name, _read_file(text[1:]), typed=False)
            except DataError as error:
                raise DataError(f"error reading file: {error}") from error
        return text[1:] if text.startswith("\\@") else text

    def _noted(self, name: str, text: str, *, typed: bool) -> str:
        """The text unchanged.

        One word and a newline cause a note, because `echo` and editors add a newline to a password.
        """
        lowered = name.lower()
        wanted = typed or any(word in lowered for word in _SECRETS)
        if wanted and "public" not in lowered and text[:-1] and text.find("\n") == len(text) - 1:
            self.notes.append(
                f'The value of "{name}" ends in a newline, which is kept as a part of it. To leave it out, use '
                "printf '%s' in place of echo."
            )
        return text

    def _word(self, word: str) -> dict[str, Any]:
        if word == "-":
            return self._document(self._read_stdin())
        if word.startswith("@"):
            return self._document(_read_file(word[1:]))
        name, equals, text = word.partition("=")
        if not equals:
            raise DataError("format must be key=value")
        return {name: self._value(name, text)}

    def read(self, words: Sequence[str]) -> dict[str, Any]:
        """The data of all words; a name given twice becomes a list.  Raises `DataError`, naming the word."""
        data: dict[str, Any] = {}
        repeated: set[str] = set()
        for word in words:
            shown = word
            try:
                found = self._word(word)
                if not word.startswith("@"):
                    # What is typed may be a secret, which no error repeats into somebody's log.
                    shown = word.partition("=")[0]
                _check_text(found)
            except DataError as error:
                shown = shown.replace("\\", "\\\\").replace('"', '\\"')
                raise DataError(f'invalid key/value pair "{shown}": {error}') from error
            for name, value in found.items():
                if name not in data:
                    data[name] = value
                elif name in repeated:
                    data[name].append(value)
                else:
                    repeated.add(name)
                    data[name] = [data[name], value]
        return dict(sorted(data.items()))

    def read_strings(self, words: Sequence[str]) -> list[tuple[str, str]]:
        """The same as query parameters: names in order, one pair for each value.  Raises `DataError`."""
        questions: list[tuple[str, str]] = []
        for name, value in self.read(words).items():
            questions += [(name, _question(name, item)) for item in (value if isinstance(value, list) else [value])]
        return questions


def _question(name: str, value: Any) -> str:
    """A value as a query can hold it: true is 1, nothing is empty."""
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case dict() | list():
            raise DataError(f"the value of {name} can't be a query parameter")
        case _:
            return str(value)


def _check_text(value: Any) -> None:
    """Raises `DataError` for text that no JSON can hold: it would arrive as something else."""
    match value:
        case str():
            for position, letter in enumerate(value):
                if "\ud800" <= letter <= "\udfff":
                    at = len(value[:position].encode("utf-8", "surrogateescape"))
                    what = f"byte 0x{ord(letter) - 0xDC00:02x}" if "\udc80" <= letter <= "\udcff" else "half a letter"
                    raise DataError(
                        f"this is no UTF-8 text ({what} at position {at}), and JSON can't hold it as it is; encode it "
                        "first, with base64 -w0"
                    )
        case dict():
            for name, item in value.items():
                _check_text(name)
                _check_text(item)
        case list():
            for item in value:
                _check_text(item)
        case _:
            return


def _json_complaint(text: str, error: ValueError) -> str:
    bare = text.strip()
    if not bare:
        return "EOF"
    position = getattr(error, "pos", None)
    if position is None:
        return str(error)
    if position >= len(text.rstrip()):
        return "unexpected EOF"
    for word in ("null", "true", "false"):
        if bare[0] == word[0] and not bare.startswith(word):
            at = next(i for i in range(len(word)) if bare[i : i + 1] != word[i])
            return f"invalid character '{bare[at]}' in literal {word} (expecting '{word[at]}')"
    shown = text[position] if text[position].isprintable() else repr(text[position])[1:-1]
    return f"invalid character '{shown}' at position {position + 1}"
