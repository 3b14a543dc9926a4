"""Requests as bytes, the script for wrk, what wrk prints, and figures of several rounds."""

from __future__ import annotations

import h11
import pytest
from bench.load.requests import Mix, Wanted
from bench.load.script import quoted, script
from bench.load.wrk import LoadFailed, Measured, parse
from bench.measuring import Figures, middle, ratio


def parsed(raw: bytes) -> tuple[h11.Request, bytes]:
    """A request as another library reads it."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(raw)
    request, body = connection.next_event(), b""
    assert isinstance(request, h11.Request)
    while isinstance(event := connection.next_event(), h11.Data):
        body += event.data
    assert isinstance(event, h11.EndOfMessage)
    return request, body


def test_a_request_is_whole() -> None:
    """Another library finds path, token and body in its bytes."""
    request, body = parsed(Wanted("POST", "kv/a{n}/b", {"ä": 1}, "s.token", numbers=20).bytes(17))
    assert (request.method, request.target) == (b"POST", b"/v1/kv/a17/b")
    assert dict(request.headers)[b"x-vault-token"] == b"s.token"
    assert body == b'{"\\u00e4":1}'


def test_a_request_without_numbers_keeps_its_path() -> None:
    """Braces stand for a number only where there are any."""
    request, body = parsed(Wanted("GET", "kv/{n}").bytes())
    assert (request.target, body) == (b"/v1/kv/{n}", b"")


def test_a_lua_string_has_no_quotes_or_line_ends_of_its_own() -> None:
    """What a request holds can't end the string."""
    assert quoted('a"\\\r\n') == '"a\\034\\092\\013\\010"'


def test_a_script_mixes_two_kinds() -> None:
    """Of the second kind are so many in a hundred; without a share it isn't sent."""
    one, two = Wanted("GET", "read/{n}", numbers=5), Wanted("POST", "write", {"a": 1})
    assert "math.random(0, 4)" in script(Mix(one, two, 10))
    assert "* 100 < 10 then" in script(Mix(one, two, 10))
    assert "v1/write" not in script(Mix(one, two, 0))


def test_what_wrk_prints_is_read() -> None:
    """The script's line counts, whatever stands around it."""
    found = parse("Running 1s test\nBENCH 5000 2000000 3 1 0.500 2.250\nend")
    assert found == Measured(5000, 2.0, 3, 1, 0.5, 2.25)
    assert found.rate == 2500


def test_an_output_without_figures_is_a_failure() -> None:
    """It is never taken for a rate of 0."""
    with pytest.raises(LoadFailed, match="unable to connect"):
        parse("unable to connect to 127.0.0.1")


def figures(rate: float, refused: int = 0) -> Figures:
    """Figures of one round."""
    return Figures(rate=rate, p50_ms=rate / 10, p99_ms=1, cpu_us=1, memory_mib=1, refused=refused)


def test_rounds_have_a_median_and_their_failures_add_up() -> None:
    """One odd round doesn't count, but what was refused in it does."""
    found = middle([figures(100), figures(9000, refused=2), figures(110, refused=1)])
    assert (found.rate, found.p50_ms, found.refused) == (110, 11, 3)


def test_a_ratio_is_taken_pair_by_pair() -> None:
    """A machine that becomes slower between rounds changes nothing."""
    assert ratio([figures(100), figures(50), figures(10)], [figures(50), figures(25), figures(5)]) == 2
    assert ratio([figures(100)], [figures(0)]) == 0
