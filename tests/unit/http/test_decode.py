"""From HTTP to the API's terms: what is read, what is refused and how, and that nothing else comes out."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from strongroom.http import encode
from strongroom.http.decode import Call, Redirect, decode, decode_path, wrap_ttl_of
from strongroom.http.message import HttpRequest, Peer
from strongroom.lib.errors import (
    InvalidRequest,
    RequestTooLarge,
    StrongroomError,
    UnsupportedMedia,
    UnsupportedOperation,
    UnsupportedPath,
)
from strongroom.lib.json import MAX_DEPTH
from strongroom.sdk.request import Operation

PEER = Peer(address="192.0.2.7", port=1, listener="test")


def call(method: str, path: str, body: bytes = b"", query: str = "", **headers: str) -> Call:
    """Decode a request; names of headers are written with `_`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return decode(HttpRequest(method, path, query, named, body, PEER))


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("/v1/secret/a", "secret/a"),
        ("/v1/", ""),
        ("/v1/secret/", "secret/"),
        ("/v1/a%20b", "a b"),
        ("/v1/a%2Fb", "a/b"),
        ("/v1/%C3%BC", "ü"),
        ("/v1/a+b", "a+b"),
        ("/v1/100%25", "100%"),
        ("/v1/%252e%252e/a", "%2e%2e/a"),
        ("/v1/..a/b..", "..a/b.."),
        ("/v1/...", "..."),
        ("/v1/a%3Fb%23c", "a?b#c"),
    ],
)
def test_paths_are_decoded_once(raw: str, path: str) -> None:
    """Escapes are undone once, and a slash that was escaped separates like any other."""
    assert decode_path(raw) == path


@pytest.mark.parametrize(
    ("raw", "location"),
    [
        ("/v1//a", "/v1/a"),
        ("/v1/a//", "/v1/a/"),
        ("/v1/../v1/a", "/v1/a"),
        ("/v1/a/../b", "/v1/b"),
        ("/v1/a/./b/", "/v1/a/b/"),
        ("/v1/a/..", "/v1"),
        ("/../../etc/passwd", "/etc/passwd"),
        ("//evil.example/v1/a", "/evil.example/v1/a"),
        ("/%2f%2fevil.example", "/evil.example"),
        ("/v1//a%3Fb%23c", "/v1/a%3Fb%23c"),
        ("/v1//a%20%25%C3%BC", "/v1/a%20%25%C3%BC"),
    ],
)
def test_unclean_paths_are_redirected(raw: str, location: str) -> None:
    """Empty, `.` and `..` segments lead to the plain form: on this host, the same resource, escaped where it was."""
    with pytest.raises(Redirect) as caught:
        call("GET", raw, query="x=1")
    assert caught.value.location == location + "?x=1"
    response = encode.redirect(caught.value.location)
    assert response.status == 307
    assert dict(response.headers)["Location"].isascii()


@pytest.mark.parametrize("raw", ["/v1/a/%2e%2e/b", "/v1/a%2f%2e%2e%2fb", "/v1/%2e%2e/b", "/v1/a%2f..%2fb"])
def test_hidden_relative_paths_are_refused(raw: str) -> None:
    """What becomes `..` only by undoing escapes is no honest client's."""
    with pytest.raises(InvalidRequest, match="relative paths"):
        decode_path(raw)


@pytest.mark.parametrize(
    "raw",
    ["/v1/a%00b", "/v1/a%0Ab", "/v1/%0d%0aX:y", "/v1/a%7f", "/v1/%01", "/v1//%0a", "/v1/a%C2%85", "/v1/a%E2%80%8Bb",
     "/v1/a%C2%A0b", "/v1/%EF%BF%BF"],
)  # fmt: skip
def test_what_cannot_be_printed_is_refused(raw: str) -> None:
    """No control character, and nothing that nobody sees, reaches a key, a log or a redirect; as on the peer."""
    with pytest.raises(InvalidRequest, match="non-printable characters"):
        decode_path(raw)


@pytest.mark.parametrize("raw", ["/v1/%ff", "/v1/%c3", "/v1/%ed%a0%80", "/v1/%c0%ae%c0%ae/a", "/v1/%f8%88%80%80%80"])
def test_invalid_utf8_is_refused(raw: str) -> None:
    """Broken, overlong and surrogate forms are no other way to write `..` or anything."""
    with pytest.raises(InvalidRequest, match="UTF-8"):
        decode_path(raw)


@pytest.mark.parametrize("raw", ["/", "/v1", "/v2/a", "/V1/a", "/v1x/a"])
def test_other_trees_do_not_exist(raw: str) -> None:
    """What isn't below `/v1/` is nothing here."""
    with pytest.raises(UnsupportedPath):
        decode_path(raw)


@pytest.mark.parametrize(
    ("method", "query", "operation", "path"),
    [
        ("GET", "", Operation.READ, "a/b"),
        ("LIST", "", Operation.LIST, "a/b/"),
        ("SCAN", "", Operation.SCAN, "a/b/"),
        ("GET", "list=true", Operation.LIST, "a/b/"),
        ("GET", "list=1&after=x", Operation.LIST, "a/b/"),
        ("GET", "scan=true", Operation.SCAN, "a/b/"),
        ("GET", "list=false", Operation.READ, "a/b"),
        ("POST", "list=true", Operation.UPDATE, "a/b"),
        ("PUT", "", Operation.UPDATE, "a/b"),
        ("DELETE", "list=true", Operation.DELETE, "a/b"),
    ],
)
def test_verbs(method: str, query: str, operation: Operation, path: str) -> None:
    """Each verb is one operation; `?list` and `?scan` turn a read, and nothing else, into a listing of a folder."""
    made = call(method, "/v1/a/b", query=query)
    assert (made.operation, made.path) == (operation, path)
    if operation in {Operation.LIST, Operation.SCAN}:
        assert "list" not in made.data
        assert "scan" not in made.data


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "get", "POSTS", ""])
def test_other_verbs_are_refused(method: str) -> None:
    """What the API doesn't know is 405."""
    with pytest.raises(UnsupportedOperation):
        call(method, "/v1/a")


def test_plain_paths() -> None:
    """A path that is answered before all else is read by HEAD for health only, and no word of the query changes it."""
    plain = {"sys/health", "sys/seal-status"}
    for method, path, query, operation in [
        ("HEAD", "/v1/sys/health", "", Operation.READ),
        ("HEAD", "/v1/sys/seal-status", "", Operation.HEADER),
        ("HEAD", "/v1/sys/mounts", "", Operation.HEADER),
        ("GET", "/v1/sys/health", "list=true&help=1", Operation.READ),
        ("LIST", "/v1/sys/health", "", Operation.LIST),
    ]:
        made = decode(HttpRequest(method, path, query, {}, b"", PEER), plain)
        assert (made.operation, made.path) == (operation, path[4:])


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE", "LIST"])
def test_help_does_nothing_else(method: str) -> None:
    """Whatever the verb, a question for help is only that."""
    made = call(method, "/v1/sys/mounts/a", b'{"type": "kv"}', query="help=1")
    assert (made.operation, made.data) == (Operation.HELP, {})


@pytest.mark.parametrize(
    ("query", "data"),
    [
        ("", {}),
        ("a=1", {"a": "1"}),
        ("a=1&a=2", {"a": ["1", "2"]}),
        ("a=", {"a": ""}),
        ("a", {"a": ""}),
        ("a=%20+b", {"a": "  b"}),
        ("a=1;b=2&c=3", {"c": "3"}),
        ("a=%zz&c=3", {"c": "3"}),
        ("%C3%BC=%C3%BC", {"ü": "ü"}),
    ],
)
def test_queries(query: str, data: dict[str, Any]) -> None:
    """Fields of a query are texts; one that comes several times is a list."""
    assert call("GET", "/v1/a", query=query).data == data


@pytest.mark.parametrize(
    "query", ["a=%ff", "&".join(f"a{n}=1" for n in range(1001)), "list=maybe", "list=true&scan=true"]
)
def test_unreadable_queries_are_refused(query: str) -> None:
    """Invalid UTF-8, a thousand fields and more, and a `list` that is neither true nor false are 400."""
    with pytest.raises(InvalidRequest):
        call("GET", "/v1/a", query=query)


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b"", {}),
        (b"null", {}),
        (b"{}", {}),
        (b'{"a": {"b": [1, 2.5, true, null, "x"]}}', {"a": {"b": [1, 2.5, True, None, "x"]}}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'{"big": 123456789012345678901234567890}', {"big": 123456789012345678901234567890}),
        (b' \n{"a": "\\u00fc"} ', {"a": "ü"}),
    ],
)
def test_bodies(body: bytes, data: dict[str, Any]) -> None:
    """A write's body is a JSON object; nothing and null are an empty one; whole numbers keep every digit."""
    assert call("POST", "/v1/a", body).data == data


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'"x"',
        b"1",
        b"true",
        b"{",
        b'{"a":}',
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": "\xff"}',
        b"\xef\xbb\xbf{}",
        b"{}{}",
    ],
)
def test_bodies_that_are_no_object_are_refused(body: bytes) -> None:
    """Anything else is 400, in the API's words."""
    with pytest.raises(InvalidRequest, match="failed to decode JSON input"):
        call("POST", "/v1/a", body)


@pytest.mark.parametrize("opening", ["object", "array", "mixed"])
def test_depth_has_a_limit(opening: str) -> None:
    """A body nested as deep as the limit is read, one level more is refused with a text that says so."""

    def nested(depth: int) -> bytes:
        inner = b"1"
        for level in range(depth - 1):
            as_object = opening == "object" or (opening == "mixed" and level % 2)
            inner = b'{"a":' + inner + b"}" if as_object else b"[" + inner + b"]"
        return b'{"a":' + inner + b"}"

    assert call("POST", "/v1/a", nested(MAX_DEPTH)).data
    with pytest.raises(InvalidRequest, match=f"deeper than {MAX_DEPTH} levels"):
        call("POST", "/v1/a", nested(MAX_DEPTH + 1))
    with pytest.raises(InvalidRequest, match="deeper"):
        call("POST", "/v1/a", b'{"a":' + b"[" * 1_000_000)


def test_brackets_in_texts_are_no_depth() -> None:
    """A text full of brackets, quotes and backslashes is data."""
    text = '[{"' * 400 + "\\"
    assert call("POST", "/v1/a", encode.json.dumps({"a": text})).data == {"a": text}


def test_forms() -> None:
    """A form is read as one, unless it is the JSON that `curl -d` labels so."""
    form = "application/x-www-form-urlencoded"
    assert call("POST", "/v1/a", b"a=1&b=%20", content_type=form).data == {"a": "1", "b": " "}
    assert call("POST", "/v1/a", b'{"a": 1}', content_type=form + "; charset=utf-8").data == {"a": 1}
    for body in (b"a=\xff", b"a=%ff"):
        with pytest.raises(InvalidRequest):
            call("POST", "/v1/a", body, content_type=form)


def test_patches_say_what_they_are() -> None:
    """`PATCH` takes a JSON merge patch that is labelled as one."""
    assert call("PATCH", "/v1/a", b'{"a": null}', content_type="application/merge-patch+json").data == {"a": None}
    for label in ("", "application/json", "application/json-patch+json"):
        with pytest.raises(UnsupportedMedia):
            call("PATCH", "/v1/a", b"{}", content_type=label)


QUESTION = "MEUwQzBBMD8wPTAJBgUrDgMCGgUABBQ"


def question(content: bytes) -> str:
    """A SEQUENCE in DER, in base64."""
    length = bytes([len(content)]) if len(content) < 0x80 else b"\x81" + bytes([len(content)])
    return base64.b64encode(b"\x30" + length + content).decode()


@pytest.mark.parametrize(
    ("content", "plain"),
    [
        (b"\x00" * 10, True),
        (b"\x00\xff\xff\xff\xff\x00\x00\x00\x00\x00", False),
        (b"\x00" * 7 + b"\xff\xff\xff", False),
        (b"\xff" * 200, False),
        (b"\x00" * 200, True),
    ],
)
@pytest.mark.parametrize("quoted", [False, True])
def test_questions_in_base64_keep_all_their_slashes(content: bytes, plain: bool, quoted: bool) -> None:
    """Those that would make empty segments are written in the other alphabet of base64, and no one is redirected."""
    asked = question(content)
    kept = asked if plain else asked.replace("/", "_").replace("+", "-")
    assert ("//" in asked or asked.endswith("/")) is not plain
    assert decode_path("/v1/pki/ocsp/" + (quote(asked, safe="") if quoted else asked)) == f"pki/ocsp/{kept}"


@pytest.mark.parametrize("path", ["secret/metadata/ocsp/My/", "secret/ocsp/MAM/", "secret/ocsp/MIIB/"])
def test_names_that_look_like_the_beginning_of_a_question_are_names(path: str) -> None:
    """A folder keeps its slash, and a path with an empty segment is sent to its plain form."""
    assert decode_path(f"/v1/{path}") == path
    with pytest.raises(Redirect):
        decode_path(f"/v1/{path}/a")


@pytest.mark.parametrize("raw", [f"/v1//pki/ocsp/{QUESTION}/a", f"/v1/a/../pki/ocsp/{QUESTION}//a", "/v1/ocsp/a//b"])
def test_what_stands_before_a_question_is_cleaned_as_ever(raw: str) -> None:
    """A question in base64 excuses nothing but its own slashes."""
    with pytest.raises(Redirect):
        decode_path(raw)


def test_binary_questions_become_a_field() -> None:
    """Their type says that they are no JSON; they have a limit of their own."""
    found = call("POST", "/v1/pki/ocsp", b"\x30\x03\x0a", content_type="application/ocsp-request; a=b")
    assert found.data == {"ocsp_request": "MAMK"}
    assert call("POST", "/v1/pki/ocsp", b"", content_type="application/ocsp-request").data == {}
    with pytest.raises(RequestTooLarge):
        call("POST", "/v1/pki/ocsp", bytes(200_000), content_type="application/ocsp-request")


def test_tokens() -> None:
    """A token comes in its own header, or as a bearer token if that one is missing or empty; a repr never shows it."""
    assert call("GET", "/v1/a", x_vault_token="t").token == "t"
    assert call("GET", "/v1/a", authorization="Bearer t").token == "t"
    assert call("GET", "/v1/a", authorization="Bearer other", x_vault_token="t").token == "t"
    assert call("GET", "/v1/a", authorization="Bearer t", x_vault_token="").token == "t"
    assert call("GET", "/v1/a", authorization="Basic dDp0").token == ""
    made = call("POST", "/v1/a", b'{"password": "canary"}', x_vault_token="canary")
    assert "canary" not in repr(made)


@pytest.mark.parametrize(("text", "seconds"), [("60", 60), ("1h", 3600), ("", 0), ("0", 0), ("1.5s", 1), ("500ms", 1)])
def test_wrapping_times(text: str, seconds: int) -> None:
    """The header takes every form of a duration."""
    assert wrap_ttl_of(HttpRequest("GET", "/v1/a", "", {"x-vault-wrap-ttl": text}, b"", PEER)) == seconds


@pytest.mark.parametrize("text", ["-1", "soon", "9" * 40, "1h-"])
def test_wrapping_times_that_are_none(text: str) -> None:
    """Negative, unreadable or endless times are 400."""
    with pytest.raises(InvalidRequest, match="Wrap-TTL"):
        wrap_ttl_of(HttpRequest("GET", "/v1/a", "", {"x-vault-wrap-ttl": text}, b"", PEER))


def test_a_namespace_in_the_header_is_never_ignored() -> None:
    """Otherwise the request would reach another one's secrets."""
    for name in ("", "/", "root", "root/"):
        assert call("GET", "/v1/a", x_vault_namespace=name).namespace == ""
    for name in ("team", "root/team", "team/a", " "):
        assert call("GET", "/v1/a", x_vault_namespace=f"/{name}/").namespace == name
    with pytest.raises(InvalidRequest):
        call("GET", "/v1/a", x_vault_namespace="a" * 9000)


targets = st.lists(
    st.sampled_from(
        ["/", "v1", ".", "..", "%2e", "%2F", "%00", "%ff", "%C3%BC", "a", "%25", "+", "%0a", "~", "%", "%zz"]
    )
).map(lambda parts: "/" + "".join(parts)) | st.text(
    st.characters(min_codepoint=33, max_codepoint=126), max_size=30
).map(lambda text: "/v1/" + text)
bodies = st.binary(max_size=60) | st.recursive(
    st.sampled_from(["1", "null", '"x"', "1e999", '"\\ud800"', "-0", "9" * 5000, "{}", "[]", ""]),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: '{"a":[' + ",".join(items) + "]}"),
    max_leaves=5,
).map(str.encode)
headers = st.dictionaries(
    st.sampled_from(["content-type", "x-vault-token", "x-vault-wrap-ttl", "x-vault-namespace", "authorization"]),
    st.sampled_from(
        ["application/x-www-form-urlencoded", "application/merge-patch+json", "Bearer x", "5s", "root", "é"]
    )
    | st.text(st.characters(max_codepoint=255), max_size=10),
)


@given(
    st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "LIST", "SCAN", "HEAD", "OPTIONS", "X"]),
    targets,
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30),
    headers,
    bodies,
)
@example("POST", "/v1/a", "", {}, b'{"a":' + b"9" * 5000 + b"}")
@example("POST", "/v1/a", "", {}, b'{"a":"\\ud800"}')
@example("GET", "/v1/a", "list=" + "[" * 1000, {}, b"")
def test_whatever_comes_is_decoded_or_refused(
    method: str, path: str, query: str, named: dict[str, str], body: bytes
) -> None:
    """Any request becomes a call, a redirect to a plain path or an error with a text; a call's parts can be written."""
    try:
        made = decode(HttpRequest(method, path, query, named, body, PEER))
    except Redirect as redirect:
        where = redirect.location.partition("?")[0]
        assert where.startswith("/")
        assert not where.startswith("//")
        assert where.isascii()
        assert "/../" not in unquote(where) + "/"
        encode.redirect(redirect.location)
    except StrongroomError as error:
        assert 400 <= encode.failure(error).status < 500
    else:
        assert "//" not in made.path
        assert ".." not in made.path.split("/")
        encode.flat(made.data)
