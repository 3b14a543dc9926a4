"""Random texts against the parser of LDIF."""

from __future__ import annotations

import base64
import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.ldap import Add, Delete, Modify, Rename, parse_ldif
from tests.fuzz.effort import examples

_FRAGMENTS = st.sampled_from(
    [
        *(
            "dn: cn=a,dc=b\n",
            "dn:: Y249YQ==\n",
            "dn:",
            "version: 1\n",
            "changetype: ",
            "add",
            "delete",
            "modify",
            "modrdn",
        ),
        *(
            "\n",
            "\n\n",
            "\r\n",
            " ",
            "\t",
            "-\n",
            "- \n",
            ":",
            "::",
            ":<",
            "#",
            "\n ",
            "add: cn\n",
            "cn: x\n",
            "cn:: eA==\n",
        ),
        *("replace: sn\n", "newrdn: cn=b\n", "deleteoldrdn: 1\n", "newsuperior: dc=c\n", "control: 1.2.3\n", "é", "\0"),
        *("x" * 80, "\ud800", "1.2.3.4: x\n", "a;b;c: x\n", "=", ","),
    ]
)
_BLOCKS = st.lists(_FRAGMENTS, max_size=30).map("".join)


@given(_BLOCKS | st.text(max_size=200))
@settings(max_examples=examples(300))
def test_any_text_is_read_or_refused(text: str) -> None:
    """With the one error that a client is told, and never with a change that has no entry."""
    with contextlib.suppress(InvalidRequest):
        for change in parse_ldif(text):
            assert isinstance(change, Add | Delete | Modify | Rename)
            assert change.dn


def _written(change: Add) -> str:
    lines = [f"dn:: {base64.b64encode(change.dn.encode()).decode()}"]
    for name, values in change.attributes:
        lines += [f"{name}:: {base64.b64encode(value).decode()}".rstrip() for value in values]
    folded = [line[:20] + "".join(f"\n {line[i : i + 19]}" for i in range(20, len(line), 19)) for line in lines]
    return "\n".join(folded) + "\n"


_NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True).filter(lambda n: n not in {"dn", "changetype", "control"})
_ADDS = st.builds(
    Add,
    dn=st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable()),
    attributes=st.dictionaries(
        _NAMES, st.lists(st.binary(max_size=40), min_size=1, max_size=3).map(tuple), min_size=1, max_size=4
    ).map(lambda found: tuple(found.items())),
)


@given(st.lists(_ADDS, max_size=4))
@settings(max_examples=examples(100))
def test_what_is_written_is_read_again(changes: list[Add]) -> None:
    """Values of any bytes, in base64 and folded lines."""
    assert parse_ldif("\n".join(map(_written, changes))) == tuple(changes)
