"""What `audit query` finds in lines, and what it keeps meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from strongroom.cli.audit import rows
from strongroom.inquiry.criteria import Criteria, check_network
from strongroom.inquiry.inquiry import NO_ANSWER, Found, Inquiry
from strongroom.inquiry.trail import Trail
from strongroom.inquiry.unanswered import Unanswered


def line(path: str, who: str = "anna", kind: str = "response", time: str = "10:00:00", **more: Any) -> bytes:
    """One entry; `who` names the token and its digests."""
    request = {"id": f"{path}-{time}", "operation": "read", "path": path, "remote_address": "10.1.2.3"}
    auth = {
        "display_name": who,
        "accessor": f"a-{who}",
        "client_token": f"t-{who}",
        "policies": ["default", f"p-{who}"],
    }
    entry: dict[str, Any] = {"time": f"2026-01-31T{time}.000000Z", "type": kind, "auth": auth, "request": request}
    for name, value in more.items():
        entry[name] = {**entry[name], **value} if isinstance(entry.get(name), dict) else value
    return json.dumps(entry, separators=(",", ":")).encode()


def made(who: str) -> dict[str, Any]:
    """What an answer says of a token that it hands out."""
    return {"auth": {"display_name": who, "accessor": f"a-{who}", "client_token": f"t-{who}"}}


def wrap(token: str, path: str, inner: str = "") -> dict[str, Any]:
    """What an answer says of the token that it is wrapped in."""
    accessor = {"wrapped_accessor": inner} if inner else {}
    return {"wrap_info": {"token": token, "accessor": f"a-{token}", "creation_path": path, **accessor}}


def find(lines: Iterable[bytes], criteria: Criteria | None = None, trail: Trail | None = None) -> list[Found]:
    """Everything that one reading finds."""
    inquiry = Inquiry(criteria or Criteria(), trail)
    return [*inquiry.read(lines), *inquiry.finish()]


def paths(found: Iterable[Found]) -> list[str]:
    """Their paths."""
    return [one.entry.request.path for one in found]


def test_a_request_is_told_once_when_its_answer_comes() -> None:
    """Of the two entries of a request one line is made; one without an answer comes at the end, and says so."""
    found = find([line("a", kind="request"), line("b", kind="request"), line("b"), line("c")])
    assert [(one.entry.request.path, one.outcome) for one in found] == [("b", "ok"), ("c", "ok"), ("a", NO_ANSWER)]


def test_too_many_unanswered_requests_are_told_early() -> None:
    """What waits for answers is bounded in bytes; the oldest is told then, and none is dropped."""
    waiting = Unanswered(kept_bytes=3000)
    early = [old for number in range(10) for old in waiting.asked(str(number), bytes([number]) * 800)]
    assert [old[0] for old in early] == [0, 1, 2, 3, 4, 5, 6]
    assert [old[0] for old in waiting.rest()] == [7, 8, 9]


def test_a_token_of_a_token_leads_to_its_login() -> None:
    """Who made a token, and who made that one, stand behind the name of who asked."""
    found = find(
        [
            line("auth/token/create", "userpass-anna", response=made("token-ci")),
            line("auth/token/create", "token-ci", response=made("token-job")),
            line("secret/data/x", "token-job"),
        ]
    )
    assert found[-1].names == ("token-job", "token-ci", "userpass-anna")
    assert paths(find([found[-1].line], Criteria(names=("userpass-anna",)))) == []
    assert paths(find([one.line for one in found], Criteria(names=("userpass-anna",))))[-1] == "secret/data/x"
    assert find([one.line for one in found], Criteria(names=("*-anna",), paths=("secret/*",))) == [found[-1]]


def test_a_token_that_was_handed_over_wrapped_leads_to_its_maker() -> None:
    """The answer that made it shows only the accessor of what is wrapped."""
    found = find(
        [
            line("auth/token/create", "userpass-anna", response=wrap("w", "auth/token/create", "a-token-job")),
            line("secret/data/x", "token-job"),
        ]
    )
    assert found[-1].names == ("token-job", "userpass-anna")


@pytest.mark.parametrize(
    "opening",
    [
        line("sys/wrapping/unwrap", "bob", request={"data": {"token": "w"}}),
        line("sys/wrapping/unwrap", "w"),
        line("sys/wrapping/unwrap", "", auth={"accessor": ""}, request={"client_token": "w"}),
        line("cubbyhole/response", "w"),
        line("sys/wrapping/rewrap", "bob", request={"data": {"token": "w"}}),
    ],
)
def test_opening_a_wrapped_answer_is_a_request_for_what_is_wrapped(opening: bytes) -> None:
    """In the body, as the token itself, without a living token, by the old path, and to wrap it again."""
    wrapped = line("secret/data/x", "userpass-anna", response=wrap("w", "secret/data/x"))
    found = find([wrapped, opening], Criteria(paths=("secret/data/x",)))
    assert [one.opened for one in found] == ["", "secret/data/x"]


def test_an_answer_wrapped_again_is_still_of_its_first_path() -> None:
    """The second wrapping token leads to the path of the first."""
    found = find(
        [
            line("secret/data/x", response=wrap("w", "secret/data/x")),
            line("sys/wrapping/rewrap", "w", response=wrap("w2", "sys/wrapping/rewrap")),
            line("sys/wrapping/unwrap", "bob", request={"data": {"token": "w2"}}),
        ]
    )
    assert found[-1].opened == "secret/data/x"


def test_what_was_refused_makes_no_token() -> None:
    """An entry with an error teaches nothing of tokens, and neither does a request's."""
    creation = line("auth/token/create", "userpass-anna", error="permission denied", response=made("token-ci"))
    asked = line("auth/token/create", "userpass-eva", kind="request", response=made("token-ci"))
    assert find([creation, asked, line("secret/data/x", "token-ci")])[1].names == ("token-ci",)


def test_a_circle_of_makers_ends() -> None:
    """A forged log in which two tokens made each other is read to its end."""
    lines = [
        line("auth/token/create", "one", response=made("two")),
        line("auth/token/create", "two", response=made("one")),
        line("secret/data/x", "two"),
    ]
    assert len(find(lines)[-1].names) <= 33


def test_makers_are_forgotten_and_that_is_counted() -> None:
    """What is kept of tokens is bounded, whatever the log holds."""
    trail = Trail(kept=10)
    find([line("auth/token/create", response=made(f"t{number}")) for number in range(20)], trail=trail)
    assert (len(trail._made), trail.forgotten) == (10, 30)


BOTH = [
    line("secret/data/x", "anna", time="09:00:00", auth={"entity_id": "e1"}),
    line("sys/mounts", "bob", time="11:00:00", error="1 error occurred:\n\t* permission denied\n\n"),
]


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        (Criteria(), ["secret/data/x", "sys/mounts"]),
        (Criteria(since="2026-01-31T10:00:00.000000Z"), ["sys/mounts"]),
        (Criteria(since="2026-01-31T11:00:00.000000Z"), ["sys/mounts"]),
        (Criteria(until="2026-01-31T11:00:00.000000Z"), ["secret/data/x"]),
        (Criteria(paths=("secret/data/x",)), ["secret/data/x"]),
        (Criteria(paths=("secret/data",)), []),
        (Criteria(paths=("secret/data/*",)), ["secret/data/x"]),
        (Criteria(paths=("secret/+/x", "sys/mount")), ["secret/data/x"]),
        (Criteria(paths=("+/x",)), []),
        (Criteria(paths=("s.s/mounts",)), []),
        (Criteria(operations=("list", "read")), ["secret/data/x", "sys/mounts"]),
        (Criteria(operations=("list",)), []),
        (Criteria(names=("an?a",)), ["secret/data/x"]),
        (Criteria(entities=("e1",)), ["secret/data/x"]),
        (Criteria(accessors=("a-bob",)), ["sys/mounts"]),
        (Criteria(tokens=("t-bob",)), ["sys/mounts"]),
        (Criteria(policies=("p-anna",)), ["secret/data/x"]),
        (Criteria(networks=("10.1.0.0/16",)), ["secret/data/x", "sys/mounts"]),
        (Criteria(networks=("10.1.2.4", "::/0")), []),
        (Criteria(ids=("sys/mounts-11:00:00",)), ["sys/mounts"]),
        (Criteria(outcomes=("denied",)), ["sys/mounts"]),
        (Criteria(values=(b'"e1"',)), ["secret/data/x"]),
        (Criteria(names=("anna",), outcomes=("denied",)), []),
    ],
)
def test_every_criterion_counts(criteria: Criteria, expected: list[str]) -> None:
    """Each leaves out what it should, and nothing else."""
    assert paths(find(BOTH, criteria)) == expected


def test_an_address_that_is_none_is_refused() -> None:
    """A misspelt network would match nothing, which reads like an answer."""
    assert check_network("10.1.2.3/8") == "10.1.2.3/8"
    with pytest.raises(ValueError, match="does not appear"):
        check_network("10.1.2")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no entry",
        b'{"time":1,"type":"response","request":{}}',
        b'{"time":"x","type":"response"}',
        b'{"time":"x","type":"response","request":{"path":["a"]}}',
        b'{"time":"x","type":"response","request":{"path":"\xff"}}',
        b'{"time":' + b"[" * 100_000,
        b"\x00\x01\x02",
    ],
)
def test_what_is_no_entry_is_counted_and_passed_over(raw: bytes) -> None:
    """Any bytes may stand in a file; the entries around them are found."""
    inquiry = Inquiry(Criteria())
    assert paths(inquiry.read([line("a"), raw, line("b")])) == ["a", "b"]
    assert inquiry.unreadable == 1


def test_a_device_prefix_stands_before_the_entry() -> None:
    """Lines of a device with `prefix` are read, too."""
    assert paths(find([b"@cee: " + line("a")])) == ["a"]


HOSTILE = "a\x1b]0;pwned\x07\r\n\u202eb\u2028\x9b31m\x7f"


def test_a_log_moves_no_cursor() -> None:
    """Control characters, direction marks and line ends of a path or name come as escapes, in each form of output."""
    raw = line(HOSTILE, HOSTILE, error=HOSTILE, auth={"entity_id": HOSTILE})
    (found,) = find([raw])
    assert rows.row(found).isprintable()
    for shown in rows.details(found).splitlines():
        assert shown.isprintable()
    assert rows.document(found).isprintable()
    assert json.loads(rows.document(found))["request"]["path"] == HOSTILE
    assert "\\x1b]0;pwned\\x07\\x0d\\x0a\\u202eb" in rows.row(found)


def test_a_long_path_is_cut_in_a_row() -> None:
    """A table's line stays one; the document has all."""
    (found,) = find([line("a" * 100_000)])
    assert len(rows.row(found)) < 500
    assert len(rows.document(found)) > 100_000


def test_details_say_which_policy_decided() -> None:
    """A denied request was granted by none; one that was allowed names the policies."""
    denied = line("a", auth={"policy_results": {"allowed": False}}, error="permission denied")
    granted = {"allowed": True, "granting_policies": [{"name": "web"}, {"name": "ops"}]}
    first, second = find([denied, line("b", auth={"policy_results": granted})])
    assert "granted by: no policy" in rows.details(first)
    assert "granted by: web, ops" in rows.details(second)


@pytest.mark.parametrize("value", [b"9" * 5000, b"1e999", b'"\xff"'], ids=["digits", "exponent", "bytes"])
def test_a_line_that_is_no_whole_document_is_shown_as_far_as_it_goes(value: bytes) -> None:
    """Whoever may write to a file must not end the search in it: the request is shown, and that it is damaged."""
    hostile = line("a")[:-1] + b',"more":' + value + b"}"
    (found,) = find([hostile])
    document = json.loads(rows.document(found))
    assert document["request"]["path"] == "a"
    assert document["damaged"] is True
    assert "damaged" not in json.loads(rows.document(find([line("a")])[0]))
