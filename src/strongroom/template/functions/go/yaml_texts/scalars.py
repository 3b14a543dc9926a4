"""What a scalar without a tag stands for."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from typing import Any, Final

from strongroom.template.functions.go.numbers import MOST_INT, NotANumber, parse_float, parse_int, parse_uint
from strongroom.template.functions.go.times_read import read_time
from strongroom.template.values import Unsigned

_WORDS: Final[dict[str, Any]] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_TIMES = (
    "2006-1-2T15:4:5.999999999Z07:00",
    "2006-1-2t15:4:5.999999999Z07:00",
    "2006-1-2 15:4:5.999999999",
    "2006-1-2",
)
MERGE: Final = "<<"


def resolved(text: str) -> Any:
    """The value of a plain scalar: the text itself if it is nothing else.  Times stay texts."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] == ".":
        with suppress(NotANumber):
            return parse_float(text)
    elif text[0] in "+-0123456789" and not _is_time(text):
        return _number(text)
    return text


def needs_quotes(text: str) -> bool:
    """Whether a text would be read as something else if it were written plainly."""
    if not isinstance(resolved(text), str):
        return True
    return _is_time(text) or _SEXAGESIMAL.fullmatch(text) is not None


def _number(text: str) -> Any:
    plain = text.replace("_", "")
    for parse in (_integer, _float, _binary):
        with suppress(NotANumber):
            return parse(plain)
    return text


def _integer(text: str) -> int:
    try:
        return parse_int(text, 0)
    except NotANumber:
        value = parse_uint(text, 0)
        return value if value <= MOST_INT else Unsigned(value)


def _float(text: str) -> float:
    if not _FLOAT.fullmatch(text):
        raise NotANumber("invalid syntax")
    return parse_float(text)


def _binary(text: str) -> int:
    """Signs within the digits, which Go's reader takes, too."""
    if text.startswith("-0b"):
        return parse_int("-" + text[3:], 2)
    if not text.startswith("0b"):
        raise NotANumber("invalid syntax")
    return parse_int(text[2:], 2)


def _is_time(text: str) -> bool:
    if not re.match(r"[0-9]{4}-", text):
        return False
    for layout in _TIMES:
        with suppress(ValueError):
            read_time(layout, text)
            return True
    return False
