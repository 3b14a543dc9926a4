"""The forms of names: hosts, wildcards, e-mail addresses, IP addresses (p).

Source: RFC 1123, section 2.1; RFC 5890; RFC 6125, section 6.4.3; RFC 5322, section 3.2.3
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

import msgspec

from strongroom.engines.pki.issuing.rules.names.addresses import canonical
from strongroom.engines.pki.issuing.rules.texts import has_control_characters

HOST_CHARACTERS: Final = 253
"""Of a host in ASCII.  Source: RFC 1035, section 2.3.4."""
LOCAL_CHARACTERS: Final = 64
"""Of an e-mail address before the `@`.  Source: RFC 5321, section 4.5.3.1.1."""
TEXT_CHARACTERS: Final = 512
"""Of anything that might be a name.  Longer texts aren't looked at."""

Form = Literal["host", "loose", "email", "text"]
"""`loose` has underscores, or hyphens where hosts have none.  `text` is neither a host nor an e-mail address."""

_LABEL: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?", re.ASCII)
_LOOSE_LABEL: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_STARRED: Final = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9-]*)?\*(?:[A-Za-z0-9-]*[A-Za-z0-9])?", re.ASCII)
# No quoted text, no `*`: nobody compares the first as people read it, and the second means nothing here.
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'+/=?^_`{|}~-]+)*", re.ASCII)


class Parsed(msgspec.Struct, frozen=True, kw_only=True):
    """A name in its parts."""

    text: str
    """As the client wrote it."""
    form: Form = "text"
    ascii: str = ""
    """In ASCII, in the client's letter case: the form of alternative names.  Empty for a text."""
    key: str = ""
    """What rules compare: `ascii`, or the text, in lower case."""
    host: str = ""
    """The part of `key` after the `@`, or all of it."""
    wildcard: bool = False
    """Whether the leftmost label of a host has a `*`."""
    ip: str = ""
    """The canonical form, if it is an IP address; its `form` is that of its text."""
    problem: str = ""
    """Why no certificate holds such a name, whatever the role says; empty if there is no reason."""
    text_only: str = ""
    """Why a text is no host; empty for other forms."""


def parsed(text: str) -> Parsed:
    """A name in its parts."""
    # Each rule asks for them, of the same name.
    return _kept(text) if len(text) <= HOST_CHARACTERS else _parsed(text)


def _parsed(text: str) -> Parsed:
    if len(text) > TEXT_CHARACTERS:
        return _problem(text, f"it has {len(text)} characters, more than {TEXT_CHARACTERS}")
    if has_control_characters(text):
        return _problem(text, "it has a control character")
    ip = canonical(text) if text[:1].isdigit() or ":" in text else ""
    if "@" in text:
        return _email(text)
    first, dot, rest = text.partition(".")
    if "*" in text:
        if "*" in rest or not dot or not _STARRED.fullmatch(first) or first[:4].lower() == "xn--":
            return _problem(
                text, "a wildcard has one `*`, in the leftmost label, and is above a domain (RFC 6125, section 6.4.3)"
            )
        form, host, why = _host(rest)
        if form == "text":
            return _problem(text, why)
        return _made(text, form, f"{first}.{host}", wildcard=True)
    form, host, why = _host(text)
    if form == "text":
        return Parsed(text=text, key=text.lower(), host=text.lower(), ip=ip, text_only=why)
    return _made(text, form, host, ip=ip)


_kept = lru_cache(256)(_parsed)


def ascii_domain(text: str) -> str:
    """A domain of a role as rules compare it: lower case, in ASCII where that is possible."""
    if text.isascii():
        return text.lower()
    before, at, domain = text.rpartition("@")
    labels = [label if label.isascii() else _a_label(label) or label for label in domain.split(".")]
    return (before + at + ".".join(labels)).lower()


def _problem(text: str, why: str) -> Parsed:
    return Parsed(text=text, key=text.lower(), host=text.lower(), problem=why, text_only=why)


def _made(text: str, form: Form, written: str, *, wildcard: bool = False, ip: str = "") -> Parsed:
    key = written.lower()
    return Parsed(text=text, form=form, ascii=written, key=key, host=key, wildcard=wildcard, ip=ip)


def _email(text: str) -> Parsed:
    local, _, domain = text.rpartition("@")
    if not _LOCAL.fullmatch(local) or len(local) > LOCAL_CHARACTERS:
        return _problem(text, "an e-mail address has one `@`, and letters, digits and .!#$%&'+/=?^_`{|}~- before it")
    form, host, why = _host(domain)
    if form == "text":
        return _problem(text, why)
    written = f"{local}@{host}"
    key = written.lower()
    return Parsed(
        text=text, form="email", ascii=written, key=key, host=host.lower(), text_only="" if form == "host" else why
    )


def _host(text: str) -> tuple[Form, str, str]:
    """The form of a host, the host in ASCII, and why it isn't one that enforce_hostnames allows."""
    labels = []
    for label in text.split("."):
        written = label if label.isascii() else _a_label(label)
        # The peer's words: it names the whole for an empty label.
        if not written or len(written) > 63:
            return "text", "", f'idna: invalid label "{label or text}"'
        labels.append(written)
    host = ".".join(labels)
    if len(host) > HOST_CHARACTERS:
        return "text", "", f"a host has at most {HOST_CHARACTERS} characters"
    if all(map(_LABEL.fullmatch, labels)):
        return "host", host, ""
    if all(map(_LOOSE_LABEL.fullmatch, labels)):
        return "loose", host, "a host has letters, digits and hyphens"
    return "text", "", "a host has letters, digits and hyphens"


def _a_label(label: str) -> str:
    """A label in ASCII; empty if it has none.  Source: RFC 5891, section 4."""
    import idna  # noqa: PLC0415 - its tables are large, and few names need them

    try:
        return idna.alabel(label).decode()
    except idna.IDNAError:
        return ""
