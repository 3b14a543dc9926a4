"""Header fields of responses: a response's own replace the usual ones of the same name."""

from __future__ import annotations

from strongroom.core.answer import Envelope
from strongroom.http import encode


def test_a_response_that_may_be_cached_says_so_once() -> None:
    """Two `Cache-Control` fields would be read as one that forbids it."""
    for response in (
        encode.flat({}, headers=(("Cache-Control", "max-age=60"),)),
        encode.encode(Envelope(request_id="x"), headers=(("Cache-Control", "max-age=60"),)),
        encode.raw(b"", "application/pkix-crl", headers=(("Cache-Control", "max-age=60"),)),
    ):
        assert [value for name, value in response.headers if name == "Cache-Control"] == ["max-age=60"]
        assert "Strict-Transport-Security" in dict(response.headers)


def test_any_other_response_is_not_stored() -> None:
    """With fields of its own, too."""
    for response in (encode.flat({}), encode.flat({}, headers=(("Pragma", "no-cache"),))):
        assert [value for name, value in response.headers if name == "Cache-Control"] == ["no-store"]


def test_a_browser_takes_each_response_for_what_it_says() -> None:
    """No answer of the API, whatever somebody has stored, is a script of the web interface, which has its origin."""
    page = encode.raw(b"", "text/html", headers=(("X-Content-Type-Options", "nosniff"),))
    for response in (encode.flat({}), encode.raw(b"", "text/plain"), encode.error_body(400, []), page):
        assert [value for name, value in response.headers if name == "X-Content-Type-Options"] == ["nosniff"]
