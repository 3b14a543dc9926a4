"""The comparison itself: a runner that sees no differences proves nothing."""

from __future__ import annotations

import pytest

from tests.conformance.wire.allowed import Allowed
from tests.conformance.wire.compare import (
    Answer,
    Difference,
    Side,
    UnreadableCase,
    differences,
    normal,
    parse,
    remaining_s,
)

CASE = parse("x.txt", "## part\nGET secret/data/x")[0]


def answer(status: int, body: object) -> Answer:
    return Answer(status, "application/json", "", body)


def found(ours: Answer, peer: Answer) -> list[tuple[str, str]]:
    return [(difference.kind, difference.at) for difference in differences(CASE, ours, peer)]


def test_parses_every_part_of_a_line() -> None:
    """Sections, bodies, tokens, headers, kept values and lines that aren't compared are all read."""
    line = 'PUT a/b {"x": [1]} @t wrap=60s ns=team/ X-One:"a b" => k=.auth.client_token l=.data.0'
    text = f"# note\n## one\n{line}\n~GET c @- until=404"
    first, second = parse("f.txt", text)
    assert (first.method, first.path, first.body, first.token) == ("PUT", "a/b", '{"x": [1]}', "t")
    assert first.headers == {"X-Vault-Wrap-TTL": "60s", "X-Vault-Namespace": "team/", "X-One": "a b"}
    assert first.keeps == {"k": ("auth", "client_token"), "l": ("data", "0")}
    assert (first.section, first.line, first.compared) == ("one", 3, True)
    assert (second.token, second.compared, second.until) == ("", False, 404)


def test_fills_a_kept_block_of_lines_into_a_body() -> None:
    """A kept PEM block becomes a text of JSON; in a path it stays what it is."""
    side = Side("127.0.0.1:1", timeout_s=1, kept={"pem": "a\nb"})
    assert side.filled_body('{"x": "${pem}"}') == b'{"x": "a\\nb"}'


def test_sends_malformed_bodies_as_they_are() -> None:
    """A `raw:` body isn't parsed."""
    assert parse("f.txt", "POST a raw:'{\"x\": 1'")[0].body == '{"x": 1'


@pytest.mark.parametrize("line", ["GET a stray", "GET a until=soon", 'POST a {"x": ', "GET a 'open"])
def test_refuses_what_it_cannot_read(line: str) -> None:
    """A line with a mistake isn't skipped silently."""
    with pytest.raises(UnreadableCase):
        parse("f.txt", line)


def test_sees_every_kind_of_difference() -> None:
    """Status, missing and extra fields, values, types, lengths and null against absent are told apart."""
    same = answer(200, {"data": {"a": 1}, "auth": None})
    assert found(same, same) == []
    assert found(answer(204, None), same) == [("status", "status")]
    assert found(answer(200, {"data": {"a": 1}}), same) == [("body", ".auth")]
    assert found(answer(200, {"data": {"a": True}, "auth": None}), same) == [("body", ".data.a")]
    assert found(answer(200, {"data": {"a": 1.0}, "auth": None}), same) == [("body", ".data.a")]
    assert found(answer(200, {"data": []}), answer(200, {"data": [1]})) == [("body", ".data")]
    assert found(answer(200, None), same) == [("body", ".")]


def test_counts_wording_apart() -> None:
    """Another text in an error is wording; another number of errors is a body."""
    assert found(answer(400, {"errors": ["a"]}), answer(400, {"errors": ["b"]})) == [("wording", ".errors[0]")]
    assert found(answer(400, {"errors": []}), answer(400, {"errors": ["b"]})) == [("body", ".errors")]


def test_counts_the_wording_of_a_batch_items_error_apart() -> None:
    """What an item of a batch says of its error is wording, whatever the status; that it failed is not."""
    ours = answer(200, {"data": {"batch_results": [{"error": "a"}, {"ciphertext": "b"}]}})
    peer = answer(200, {"data": {"batch_results": [{"error": "b"}, {"error": "b"}]}})
    assert found(ours, peer) == [
        ("wording", ".data.batch_results[0].error"),
        ("body", ".data.batch_results[1].ciphertext"),
        ("body", ".data.batch_results[1].error"),
    ]


def test_content_type_counts() -> None:
    """The body's type is part of the answer."""
    assert found(Answer(200, "text/plain", "", {}), answer(200, {})) == [("body", "content_type")]


def test_replaces_only_what_may_differ() -> None:
    """Identifiers, tokens and clocks are replaced; names, numbers and versions of secrets stay."""
    assert normal({"token": "s.aaaaaaaaaaaaaaaaaaaaaaaa"}) == normal({"token": "hvs.bbbbbbbbbbbbbbbbbbbbbbbb"})
    assert normal({"ttl": 3599}) == normal({"ttl": 3600})
    assert normal({"ttl": 3600}) != normal({"ttl": 7200})
    assert normal({"creation_time": 1_700_000_000}) == normal({"creation_time": 1_700_000_009})
    assert normal({"version": 1}) != normal({"version": 2})
    assert normal({"version": "2.0"}) == normal({"version": "3.0"})
    assert normal({"name": "short"}) != normal({"name": "other"})
    assert normal({"request_id": "a", "x": None}) == {"x": None}
    assert normal("use 'bao kv get' of OpenBao") == normal("use 'strongroom kv get' of Strongroom")
    assert normal("use 'bao kv get'") != normal("use 'bao kv put'")
    assert normal({"keys": {"1": 1_700_000_000}}) == normal({"keys": {"1": 1_700_000_001}})
    assert normal({"keys": {"1": 1}}) != normal({"keys": {"1": 2}})
    assert normal("vault:v1:5LC+Os4/mV5/qrvZ9U8=") == normal("vault:v1:DBvCXSEPQSlp+PgbjjG=")
    assert normal("vault:v1:5LC+Os4/mV5/qrvZ9U8=") != normal("vault:v2:DBvCXSEPQSlp+PgbjjG=")
    assert normal("vault:v1:5LC+Os4/mV5/qrvZ9U8=") != normal("vault:v1:DBvCXSEPQSlp+Pgb")
    assert normal("wX8hcjDf/cf0rDwk6s62iw==") == normal("BKEXnaKTC+X/2o3EzvC5ug==")
    text = 'TTL of "9h" exceeded the effective max_ttl of "{}"; TTL value is capped accordingly'
    assert normal(text.format("29m59s")) == normal(text.format("30m"))
    assert normal(text.format("20m")) != normal(text.format("30m"))


def test_an_allowed_difference_covers_its_place_only() -> None:
    """An entry covers the place that it names and what lies below, in the cases that it names."""
    entry = Allowed("x.txt", "GET secret/*", ".data.keys", "because")

    def at(place: str) -> Difference:
        return Difference(CASE, "body", place, 1, 2)

    assert entry.covers(at(".data.keys"))
    assert entry.covers(at(".data.keys[0]"))
    assert not entry.covers(at(".data.keystone"))
    assert not entry.covers(at(".data"))
    assert not Allowed("y.txt", "GET secret/*", ".data.keys", "because").covers(at(".data.keys"))
    assert Allowed("x.txt", "*", ".data", "because", ours="1").covers(at(".data"))
    assert not Allowed("x.txt", "*", ".data", "because", ours="4*").covers(at(".data"))
    with pytest.raises(ValueError, match="reason"):
        Allowed("x.txt", "*", "*", " ")


@pytest.mark.parametrize(
    ("told", "later", "alike"),
    [(7200, 7141, True), (3600, 3599, True), (60, 52, True), (1, 0, True), (7200, 3600, False), (60, 30, False)],
)
def test_a_time_that_runs_is_the_same_a_little_later(told: int, later: int, alike: bool) -> None:
    """A busy machine asks one server later than the other; another time is still another time."""
    assert (remaining_s(told) == remaining_s(later)) is alike
