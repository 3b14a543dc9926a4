"""Random bytes against the parser of OCSP questions, which anybody may send."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.crypto import der, der_values
from strongroom.crypto.ocsp_responder.questions import MOST_CERTIFICATES, MalformedQuestion, question
from tests.fuzz.effort import examples
from tests.unit.crypto.ocsp_responder.test_answers import NONCE, VERSION_1, extensions, written

WHOLE = (
    written(VERSION_1, extensions(der_values.extension(NONCE, b"\x04\x02ab"))),
    written(requests=3, single=extensions(der_values.extension("1.2.3", b"x"), tag=0)),
)
_TAGS = st.sampled_from([0x30, 0x02, 0x04, 0x05, 0x06, 0x01, 0xA0, 0xA1, 0xA2, 0x80, 0x1F])
_TREES = st.recursive(
    st.tuples(_TAGS, st.binary(max_size=8)).map(lambda each: der.encoded(*each)),
    lambda inner: st.tuples(_TAGS, st.lists(inner, max_size=4)).map(
        lambda each: der.encoded(each[0], b"".join(each[1]))
    ),
    max_leaves=24,
)


def tried(data: bytes) -> None:
    """What is read has certificates; everything else is refused as malformed, and nothing else happens."""
    with contextlib.suppress(MalformedQuestion):
        read = question(data)
        assert 0 < len(read.certificates) <= MOST_CERTIFICATES
        assert all(each.encoded in data for each in read.certificates)
        assert read.nonce is None or read.nonce in data


@settings(max_examples=examples(300), deadline=None)
@given(st.one_of(st.binary(max_size=200), _TREES))
def test_anything(data: bytes) -> None:
    """Bytes, and trees of elements."""
    tried(data)


@settings(max_examples=examples(300), deadline=None)
@given(st.sampled_from(WHOLE), st.data())
def test_whole_ones_with_a_few_changes(whole: bytes, data: st.DataObject) -> None:
    """Bytes that are replaced, left out, or repeated."""
    changed = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(changed) - 1)))
        changed[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    tried(bytes(changed))
