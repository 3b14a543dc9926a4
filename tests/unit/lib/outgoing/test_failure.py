"""What the log is told of a system that can't be reached."""

from __future__ import annotations

import socket
import ssl

import pytest

from strongroom.lib.outgoing.failure import why


def _raised(error: BaseException, *outer: BaseException) -> BaseException:
    """The last of them, each caused by the one before."""
    for each in outer:
        each.__cause__ = error
        error = each
    return error


def _untrusted() -> ssl.SSLError:
    error = ssl.SSLCertVerificationError("canary")
    error.verify_message = "self-signed certificate"
    return error


@pytest.mark.parametrize(
    ("inner", "told"),
    [
        (ConnectionRefusedError(111, "canary"), "Connection refused"),
        (socket.gaierror(-2, "canary"), "the name has no address"),
        (_untrusted(), "the certificate isn't accepted: self-signed certificate"),
        (BaseExceptionGroup("canary", [OSError(113, "canary")]), "No route to host"),
        (ValueError("canary"), "RuntimeError"),
        (OSError("canary"), "RuntimeError"),
    ],
)
def test_the_innermost_reason_is_told_and_no_text_of_a_library(inner: BaseException, told: str) -> None:
    """Errors of the system and of TLS say what to look at; other texts may hold what was sent."""
    error = _raised(inner, OSError("canary"), RuntimeError("canary"))
    assert why(error, "https://idp.example/canary?canary") == f"idp.example port 443: {told}"


def test_the_place_is_that_of_the_url() -> None:
    """Only host and port of an address are shown; one that is none hides no reason."""
    error = ConnectionRefusedError(111, "")
    assert why(error, "http://[::1]:8080/x") == "::1 port 8080: Connection refused"
    assert why(error, "http://x/") == "x port 80: Connection refused"
    assert why(error, "https://x:y/") == "no valid address: Connection refused"


def test_a_ring_of_causes_ends() -> None:
    """Errors may be each other's cause."""
    one, other = ValueError(), ValueError()
    one.__cause__, other.__cause__ = other, one
    assert why(one, "https://x/") == "x port 443: ValueError"
