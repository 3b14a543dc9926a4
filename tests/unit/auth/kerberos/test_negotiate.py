"""Tokens of SPNEGO: one reading, or none."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.auth.kerberos import der
from strongroom.auth.kerberos.negotiate import NegotiateError, Ticket, answer, has_token, ticket_of

KRB5 = bytes.fromhex("06092a864886f712010202")
MICROSOFT = bytes.fromhex("06092a864882f712010202")
SPNEGO = bytes.fromhex("06062b0601050502")
NTLM = bytes.fromhex("060a2b06010401823702020a")


def field(number: int, *contents: bytes) -> bytes:
    """A tagged field of a sequence."""
    return der.encoded(0xA0 + number, *contents)


def encrypted(cipher: bytes, *, version: bytes = b"") -> bytes:
    """`EncryptedData`."""
    return der.encoded(0x30, field(0, b"\2\1\x12"), version, field(2, der.encoded(4, cipher)))


def request(cipher: bytes = b"authenticator", **parts: bytes) -> bytes:
    """The token of Kerberos with an `AP-REQ`."""
    fields = {
        "pvno": field(0, b"\2\1\5"),
        "type": field(1, b"\2\1\x0e"),
        "options": field(2, b"\3\5\0\0\0\0\0"),
        "ticket": field(3, der.encoded(0x61, der.encoded(0x30))),
        "authenticator": field(4, encrypted(cipher)),
    } | parts
    return der.encoded(0x60, KRB5, b"\1\0", der.encoded(0x6E, der.encoded(0x30, *fields.values())))


def spnego(token: bytes, *mechanisms: bytes, more: bytes = b"") -> bytes:
    """SPNEGO's first token around another."""
    types = field(0, der.encoded(0x30, *(mechanisms or (KRB5,))))
    return der.encoded(0x60, SPNEGO, field(0, der.encoded(0x30, types, field(2, der.encoded(4, token)), more)))


def read(data: bytes) -> Ticket:
    """What a field with these bytes holds."""
    return ticket_of(f"Negotiate {base64.b64encode(data).decode()}")


def test_what_is_read() -> None:
    """The inner token as it stands, and a digest of the authenticator alone."""
    bare = read(request())
    assert (bare.token, bare.is_wrapped) == (request(), False)
    for mechanisms in ((), (MICROSOFT, KRB5), (KRB5, NTLM)):
        wrapped = read(spnego(request(), *mechanisms, more=field(3, der.encoded(4, b"mic"))))
        assert (wrapped.token, wrapped.used_once, wrapped.is_wrapped) == (request(), bare.used_once, True)
    assert len(bare.used_once) == 64
    other = request(
        options=field(2, b"\3\5\0\x20\0\0\0"), ticket=field(3, der.encoded(0x61, der.encoded(0x30, b"\5\0")))
    )
    assert read(other).used_once == bare.used_once
    assert read(request(b"another")).used_once != bare.used_once
    versioned = field(4, encrypted(b"authenticator", version=field(1, b"\2\1\1")))
    assert read(request(authenticator=versioned)).used_once == bare.used_once


REFUSED = {
    "empty": b"",
    "another mechanism first": spnego(request(), NTLM, KRB5),
    "no token": der.encoded(0x60, SPNEGO, field(0, der.encoded(0x30, field(0, der.encoded(0x30, KRB5))))),
    "no mechanism": der.encoded(0x60, SPNEGO, field(0, der.encoded(0x30, field(2, der.encoded(4, request()))))),
    "a second message": der.encoded(0x60, SPNEGO, field(1, der.encoded(0x30))),
    "more behind": request() + b"\0",
    "more inside": der.encoded(0x60, SPNEGO, field(0, der.encoded(0x30)), b"\5\0"),
    "twice the authenticator": request(again=field(4, encrypted(b"x"))),
    "fields out of order": request(again=field(3, der.encoded(0x61))),
    "no authenticator": request(authenticator=b""),
    "a further field": request(again=field(5, b"\5\0")),
    "a further field of the authenticator": request(
        authenticator=field(4, der.encoded(0x30, field(0, b"\2\1\x12"), field(2, der.encoded(4, b"x")), field(3, b"")))
    ),
    "two octet strings": request(
        authenticator=field(4, der.encoded(0x30, field(0, b"\2\1\x12"), field(2, b"\4\1x\4\1y")))
    ),
    "another message of Kerberos": der.encoded(0x60, KRB5, b"\2\0", der.encoded(0x6F)),
    "a long length": b"\x60\x81\x05" + b"\5\0\5\0\0",
    "an endless length": b"\x60\x80\0\0",
    "a wide tag": b"\x7f\x60\0",
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_more_than_one_reading(case: str) -> None:
    """It is refused: another reader might find another authenticator in it."""
    with pytest.raises(NegotiateError):
        read(REFUSED[case])


def test_fields_of_authorization() -> None:
    """The scheme is compared without regard to case, as HTTP wants it; without a token there is nothing to read."""
    for text in ("Negotiate x", "negotiate  x"):
        assert has_token(text)
    for text in ("", "Negotiate", "Negotiate ", "Basic x", "Negotiatex", "Bearer Negotiate"):
        assert not has_token(text)
    with pytest.raises(NegotiateError, match="NTLM"):
        read(b"NTLMSSP\0\1\0\0\0")
    with pytest.raises(NegotiateError, match="too long"):
        ticket_of("Negotiate " + "A" * (der.MOST_BYTES + 1))


def test_answers() -> None:
    """A client of SPNEGO gets its own form, and one without it the token alone."""
    wrapped = answer(Ticket(b"", "", True), b"token")
    content = der.one(base64.b64decode(wrapped.removeprefix("Negotiate ")), 0xA1)
    assert der.fields(content) == {0: b"\x0a\1\0", 1: KRB5, 2: b"\4\5token"}
    assert answer(Ticket(b"", "", False), b"token") == f"Negotiate {base64.b64encode(b'token').decode()}"
    assert answer(Ticket(b"", "", False), b"") == "Negotiate"


@given(st.binary(max_size=300))
def test_noise(data: bytes) -> None:
    """No bytes make the reader fail otherwise."""
    with pytest.raises(NegotiateError):
        read(data)


@given(st.sampled_from([request(), spnego(request())]), st.data())
def test_altered_tokens(good: bytes, data: st.DataObject) -> None:
    """A change is refused, or leaves the authenticator's digest, or changes the bytes that are opened."""
    at = data.draw(st.integers(0, len(good) - 1))
    bad = good[:at] + bytes((good[at] ^ data.draw(st.integers(1, 255)),)) + good[at + 1 :]
    try:
        found = read(bad)
    except NegotiateError:
        return
    assert found.used_once == read(good).used_once or found.token != request()


@given(st.binary(max_size=400))
def test_what_is_encoded_is_read(content: bytes) -> None:
    """Elements of any length come back whole."""
    assert der.one(der.encoded(0x04, content), 0x04) == content
