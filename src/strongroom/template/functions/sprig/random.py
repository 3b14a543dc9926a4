"""Values by chance: another one each time that the template is executed (p).

Source: https://masterminds.github.io/sprig/strings.html#randalphanum-randalpha-randnumeric-and-randascii
"""

from __future__ import annotations

import string
from base64 import b64encode
from collections.abc import Mapping
from uuid import UUID

from strongroom.template.function import Function, Kind
from strongroom.template.functions.go.random import random_bytes, random_text, shuffled
from strongroom.template.surroundings import Surroundings

_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


def _of(characters: str) -> Function:
    def chosen(around: Surroundings, count: int) -> str:
        return random_text(around, count, characters)

    return Function(chosen, (Kind.INT,), around=True)


def _rand_bytes(around: Surroundings, count: int) -> str:
    return b64encode(random_bytes(around, count)).decode()


def _uuidv4(around: Surroundings) -> str:
    return str(UUID(bytes=around.random(16), version=4))


FUNCTIONS: Mapping[str, Function] = {
    "randAlpha": _of(string.ascii_letters),
    "randAlphaNum": _of(string.ascii_letters + string.digits),
    "randAscii": _of(_PRINTABLE),
    "randBytes": Function(_rand_bytes, (Kind.INT,), around=True),
    "randNumeric": _of(string.digits),
    "shuffle": Function(shuffled, (Kind.STRING,), around=True),
    "uuidv4": Function(_uuidv4, around=True),
}
