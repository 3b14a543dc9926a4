"""Packets: whatever comes, only the genuine answer is a verdict."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

packet = pytest.importorskip("pyrad.packet", reason="pyrad is not installed")

from strongroom.auth.radius.logic import password_bytes, user_name  # noqa: E402
from strongroom.auth.radius.packets import AccessRequest, Login, Verdict, access_request, verdict  # noqa: E402
from strongroom.lib.errors import InvalidRequest  # noqa: E402

SECRET = b"canary-secret"
DECIDES = {Verdict.ACCEPTED, Verdict.REJECTED, Verdict.CHALLENGED}


def request(username: str = "ann", password: bytes = b"canary", identifier: int = 7) -> AccessRequest:
    """A request by a fixed authenticator."""
    return access_request(Login(username, password, 10, "", "192.0.2.1"), SECRET, identifier, bytes(range(16)))


def accepted(asked: AccessRequest) -> bytes:
    """The genuine answer."""
    reply = asked.packet.CreateReply(message_authenticator=True)
    reply.code = packet.AccessAccept
    return bytes(reply.ReplyPacket())


@given(st.binary(max_size=200))
def test_noise_is_no_answer(data: bytes) -> None:
    """Nothing that isn't signed decides, and no bytes make the reader fail."""
    for needed in (True, False):
        assert verdict(request(), data, require_message_authenticator=needed) not in DECIDES


@given(st.integers(min_value=0, max_value=10_000), st.integers(min_value=1, max_value=255))
def test_every_altered_byte_counts(at: int, by: int) -> None:
    """The genuine answer with one byte changed decides nothing."""
    asked = request()
    good = accepted(asked)
    assert verdict(asked, good, require_message_authenticator=True) is Verdict.ACCEPTED
    at %= len(good)
    bad = good[:at] + bytes((good[at] ^ by,)) + good[at + 1 :]
    assert verdict(asked, bad, require_message_authenticator=True) not in DECIDES


@given(st.binary(min_size=0, max_size=40), st.binary(max_size=40))
def test_headers_with_noise(header: bytes, rest: bytes) -> None:
    """Neither do packets whose header fits the request's."""
    data = bytes((2, 7)) + (len(header) + len(rest) + 4).to_bytes(2, "big") + header + rest
    assert verdict(request(), data, require_message_authenticator=False) not in DECIDES


def test_the_answer_to_another_request() -> None:
    """Identifier and authenticator are both the request's own."""
    first = request()
    for other in (request(identifier=8), access_request(Login("ann", b"x", 10, ""), SECRET, 7, bytes(16))):
        assert verdict(first, accepted(other), require_message_authenticator=False) is Verdict.FORGED


@given(st.text(min_size=1, max_size=40))
def test_passwords_arrive(text: str) -> None:
    """What is hidden in the packet is the password, byte by byte."""
    try:
        password = password_bytes(text)
    except InvalidRequest:
        return
    asked = packet.AuthPacket(packet=request(password=password).wire, secret=SECRET)
    hidden = asked[2][0]
    assert len(hidden) % 16 == 0
    assert asked.PwDecrypt(hidden) == text
    assert password not in request(password=password).wire or len(password) < 4


@given(st.text(max_size=300))
def test_names_have_one_form(text: str) -> None:
    """A name is refused, or stays as it is when it is brought into its form again."""
    try:
        name = user_name(text)
    except InvalidRequest:
        return
    assert 0 < len(name.encode()) <= 253
    assert name == name.strip()
    assert user_name(name) == name


def test_nothing_is_shown_of_secrets() -> None:
    """Neither requests nor logins write passwords where they are printed."""
    login = Login("ann", b"canary", 10, "")
    assert "canary" not in repr(login) + repr(request())
