"""Names, policies and metadata of identities: their one form, and their limits (pure)."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping

from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest

_ROOT = "root"
_VALUE_BYTES = 512
_CONTROL = re.compile(r"[\0-\x1f\x7f\ud800-\udfff]")
_FOLD = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def folded(name: str) -> str:
    """The form in which names are compared.

    Only letters from A to Z are folded.  Unicode has characters whose lower case is a letter of ASCII (the Kelvin
    sign), and a directory may give an account with such a name to anybody.
    """
    return name.lower() if name.isascii() else name.translate(_FOLD)


def segment(name: str) -> str:
    """A name as one segment of a key.  It sorts as the name's UTF-8 does."""
    return name.encode("utf-8", "surrogatepass").hex()


def check_name(what: str, name: str) -> None:
    """Raise `InvalidRequest` for a name that is too long or can't be shown."""
    limits.check_name(what, name)
    if _CONTROL.search(name):
        raise InvalidRequest(f"{what} contains a control character")


def clean_policies(names: Iterable[str]) -> tuple[str, ...]:
    """Policies in lower case, trimmed, sorted and each once.

    Raises: `InvalidRequest` for `root` in any spelling, and for too many.
    """
    cleaned = {name.strip().lower() for name in names} - {""}
    # Some characters have a lower case in ASCII, others vanish in other normal forms.
    if any(
        name.casefold() == _ROOT or name.strip("\0\ufeff\u200b\u200c\u200d\u2060").strip() == _ROOT for name in cleaned
    ):
        raise InvalidRequest("policies cannot contain root")
    for name in cleaned:
        check_name("a policy's name", name)
    limits.check_names("policies", cleaned)
    return tuple(sorted(cleaned))


def check_metadata(what: str, pairs: Mapping[str, str]) -> None:
    """Raise `InvalidRequest` for metadata that is too much."""
    limits.check_map(what, pairs)
    for name, value in pairs.items():
        limits.check_name(f'value of "{name}" in {what}', value, _VALUE_BYTES)


def check_custom_metadata(pairs: Mapping[str, str]) -> None:
    """The same for the custom metadata of an alias, which has no empty names and values."""
    check_metadata("custom_metadata", pairs)
    if not all(name and value for name, value in pairs.items()):
        raise InvalidRequest("custom_metadata has an empty name or value")
