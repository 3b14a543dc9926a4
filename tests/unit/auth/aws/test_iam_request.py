"""What is passed on to STS of a request that a client has signed, and what is refused."""

from __future__ import annotations

import base64
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.auth.aws.iam_request import MOST_BYTES, Caller, Given, Relayed, caller_of, relayed
from strongroom.auth.aws.principals import proved
from strongroom.auth.aws.records import ClientConfig
from strongroom.lib.aws import parse_xml
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from tests.sim.aws.signed import BODY, URL, b64, login, presigned

KEYS = ("AKIAWEB", "secret", "session-token")
PLAIN = ClientConfig()


def of(fields: dict[str, Any], **changes: Any) -> Given:
    """The fields of a login as the method gets them."""
    found = {
        "method": fields["iam_http_request_method"],
        "url": fields["iam_request_url"],
        "body": fields.get("iam_request_body", ""),
        "headers": fields["iam_request_headers"],
        **changes,
    }
    return Given(**found)


def headers(**changes: str | None) -> str:
    """The headers of a signed request, changed; None leaves one out."""
    found = json.loads(base64.b64decode(login(KEYS)["iam_request_headers"]))
    for name, value in changes.items():
        found = {known: has for known, has in found.items() if known.lower() != name.replace("_", "-").lower()}
        if value is not None:
            found[name.replace("_", "-")] = value
    return json.dumps(found)


def signing(names: str) -> str:
    """The headers, with a signature that covers others."""
    found = json.loads(headers())
    found["Authorization"] = found["Authorization"].partition("SignedHeaders=")[0] + (
        f"SignedHeaders={names}, Signature={'0' * 64}"
    )
    return json.dumps(found)


def test_a_signed_post() -> None:
    """Address and path are ours; of the headers only those of the list are passed on."""
    sent = relayed(of(login(KEYS, after={"X-Other": "1", "Accept": "application/json"})), PLAIN)
    assert (sent.method, sent.url, sent.host, sent.body) == ("POST", URL, "sts.amazonaws.com", BODY.encode())
    assert sent.headers.keys() == {"authorization", "content-type", "x-amz-date", "x-amz-security-token"}
    assert "secret" not in repr(sent)
    config = msgspec.structs.replace(PLAIN, sts_endpoint="https://sts.internal/", sts_region="eu-west-1")
    assert relayed(of(login(KEYS)), config).url == "https://sts.internal/"
    client = msgspec.structs.replace(config, use_sts_region_from_client=True)
    assert relayed(of(login(KEYS, region="cn-north-1")), client).url == "https://sts.cn-north-1.amazonaws.com.cn/"


def test_a_presigned_get() -> None:
    """The query is passed on, in its parts, to our address."""
    sent = relayed(of(presigned(KEYS)), msgspec.structs.replace(PLAIN, sts_endpoint="https://sts.internal"))
    assert (sent.method, sent.body) == ("GET", b"")
    assert sent.url.startswith("https://sts.internal/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=")


def test_the_host_that_was_signed() -> None:
    """It is passed on, because the signature covers it; it has to be one of STS, or that of the configuration."""
    for url in ("https://sts.eu-west-1.amazonaws.com/", "https://sts-fips.us-east-1.amazonaws.com/"):
        assert relayed(of(login(KEYS, url=url)), PLAIN).host in url
    own = msgspec.structs.replace(PLAIN, sts_endpoint="https://proxy.internal:8443")
    assert relayed(of(login(KEYS, url="https://proxy.internal:8443/")), own).host == "proxy.internal:8443"
    for url in (
        "https://proxy.internal:8443/",
        "https://sts.amazonaws.com.evil.example/",
        "https://evil.example/",
        "https://stsxamazonaws.com/",
        "https://s3.amazonaws.com/",
    ):
        with pytest.raises(InvalidRequest, match="isn't AWS STS"):
            relayed(of(login(KEYS, url=url)), PLAIN)
    with pytest.raises(InvalidRequest, match="isn't AWS STS"):
        relayed(of(login(KEYS), headers=headers(Host="evil.example")), PLAIN)


OTHER = "Action=GetSessionToken&Version=2011-06-15"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"method": "PUT"}, "iam_http_request_method"),
        ({"method": ""}, "missing iam_http_request_method"),
        ({"url": ""}, "missing iam_request_url"),
        ({"url": "%"}, "base64 decode iam_request_url"),
        ({"url": b64("https://sts.amazonaws.com/x")}, "nothing below it"),
        ({"url": b64("https://sts.amazonaws.com//")}, "nothing below it"),
        ({"url": b64("https://sts.amazonaws.com/?Action=GetCallerIdentity")}, "must not have a query"),
        ({"url": b64("https://sts.amazonaws.com/#x")}, "nothing below it"),
        ({"url": b64("https://u@sts.amazonaws.com/")}, "nothing below it"),
        ({"url": b64("https://sts.amazonaws.com/\r\nX: y")}, "nothing below it"),
        ({"url": b64("file:///etc/passwd")}, "nothing below it"),
        ({"url": b64("https://[/")}, "error parsing"),
        ({"url": b64(b"\xff")}, "error parsing"),
        ({"body": ""}, "missing iam_request_body"),
        ({"body": b64(OTHER)}, "must ask for GetCallerIdentity"),
        ({"body": b64(f"{BODY}&{OTHER}")}, "a parameter twice"),
        ({"body": b64(f"{BODY}&Action=GetCallerIdentity")}, "a parameter twice"),
        ({"body": b64(f"{BODY}&X=1")}, "nothing else"),
        ({"body": b64("Action=GetCallerIdentity")}, "of version 2011-06-15"),
        ({"body": b64("x")}, "no usable parameters"),
        ({"body": b64("a" * (MOST_BYTES + 1))}, "longer than"),
        ({"headers": ""}, "missing iam_request_headers"),
        ({"headers": "[]"}, "base64 decode iam_request_headers"),
        ({"headers": b64("[]")}, "must be an object"),
        ({"headers": {"Host": ["a", "b"]}}, "one value"),
        ({"headers": {"Host": {"a": 1}}}, "one value"),
        ({"headers": {"Host": "a", "host": "b"}}, "a header twice"),
        ({"headers": {"Ho st": "a"}}, "no header can have"),
        ({"headers": {"Host": "a\r\nX: y"}}, "no header can have"),
        ({"headers": {f"X-{n}": "a" for n in range(65)}}, "must be an object"),
        ({"headers": headers(Authorization=None)}, "no usable Authorization"),
        ({"headers": headers(Authorization="Basic eDp5")}, "no usable Authorization"),
        ({"headers": headers(X_Amz_Target="x")}, "invalid request header: x-amz-target"),
        ({"headers": headers(Content_Length="1")}, "Content-Length"),
        ({"headers": headers(X_Amz_Date=None)}, "covers the header x-amz-date"),
        ({"headers": signing("content-type;x-amz-date")}, "doesn't cover the Host"),
        ({"headers": signing("host;accept")}, "invalid request header: accept"),
        ({"headers": signing("host;x-other")}, "invalid request header: x-other"),
    ],
)
def test_what_is_refused(changes: dict[str, Any], text: str) -> None:
    """Neither another action, nor another place, nor another form of the answer."""
    with pytest.raises(InvalidRequest, match=text):
        relayed(of(login(KEYS), **changes), PLAIN)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (("GetCallerIdentity", "GetSessionToken"), "must ask for GetCallerIdentity"),
        (("Version=", "X=1&Version="), "nothing else"),
        (("X-Amz-Signature", "X-Amz-Other"), "nothing else"),
        (("X-Amz-Date=", "X-Amz-Expires=1&X-Amz-Date="), "twice"),
        (("AWS4-HMAC-SHA256", "AWS4-ECDSA"), "isn't presigned"),
        (("sts%2Faws4", "s3%2Faws4"), "isn't signed for AWS STS"),
        (("SignedHeaders=host", "SignedHeaders=accept"), "doesn't cover the Host"),
    ],
)
def test_what_is_refused_of_a_presigned_url(change: tuple[str, str], text: str) -> None:
    """The same holds for a query."""
    url = base64.b64decode(presigned(KEYS)["iam_request_url"]).decode()
    assert change[0] in url
    with pytest.raises(InvalidRequest, match=text):
        relayed(of(presigned(KEYS), url=b64(url.replace(*change))), PLAIN)
    with pytest.raises(InvalidRequest, match="must be empty"):
        relayed(of(presigned(KEYS), body="eA=="), PLAIN)


def test_headers_that_are_allowed() -> None:
    """The configuration allows further ones, but none that decides the form of the answer."""
    allowing = msgspec.structs.replace(PLAIN, allowed_headers=("X-Custom", "Accept"))
    sent = relayed(of(login(KEYS, headers={"X-Custom": "1"})), allowing)
    assert sent.headers["x-custom"] == "1"
    with pytest.raises(InvalidRequest, match="invalid request header: accept"):
        relayed(of(login(KEYS, headers={"Accept": "application/json"})), allowing)


@given(st.text(max_size=64), st.text(max_size=64), st.text(max_size=64), st.recursive(st.text(), st.lists))
def test_anything(method: str, url: str, body: str, anything: Any) -> None:
    """Whatever is sent: it is refused, or it asks for the caller's identity."""
    for fields in (Given(method, url, body, anything), of(login(KEYS), body=b64(body)), of(login(KEYS), url=b64(url))):
        try:
            sent: Relayed = relayed(fields, PLAIN)
        except InvalidRequest:
            continue
        assert (sent.url, sent.body) == (URL, BODY.encode())


ANSWER = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    "<Arn>arn:aws:iam::123456789012:user/web</Arn><UserId>AIDA1</UserId><Account>123456789012</Account>"
    "</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>"
    "</GetCallerIdentityResponse>"
)


def test_the_answer() -> None:
    """The ARN, the id and the account that STS tells."""
    assert caller_of(parse_xml(ANSWER.encode())) == Caller(
        "arn:aws:iam::123456789012:user/web", "AIDA1", "123456789012"
    )


@pytest.mark.parametrize(
    "change",
    [
        ("https://sts.amazonaws.com/doc/2011-06-15/", "https://evil/"),
        ("GetCallerIdentityResponse", "GetSessionTokenResponse"),
        ("<GetCallerIdentityResult>", "<GetCallerIdentityResult/><GetCallerIdentityResult>"),
        ("<Arn>", "<Arn>x</Arn><Arn>"),
        ("<UserId>AIDA1</UserId>", ""),
        ("AIDA1", ""),
        ("<GetCallerIdentityResult>", '<GetCallerIdentityResult xmlns="x">'),
        ("<GetCallerIdentityResponse ", '<!DOCTYPE x [<!ENTITY a "b">]><GetCallerIdentityResponse '),
        ("</GetCallerIdentityResponse>", ""),
        (ANSWER, '{"GetCallerIdentityResponse": {"GetCallerIdentityResult": {}}}'),
        (ANSWER, ""),
        (ANSWER, "<a>" * 40 + "</a>" * 40),
    ],
)
def test_other_answers(change: tuple[str, str]) -> None:
    """What isn't exactly such an answer says nothing: some services repeat what they are sent."""
    with pytest.raises(UpstreamFailed):
        caller_of(parse_xml(ANSWER.replace(*change).encode()))


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::123456789012:root",
        "arn:aws:sts::123456789012:federated-user/web",
        "arn:aws:sts::123456789012:assumed-role/web",
        "arn:aws:sts::123456789012:assumed-role/a/b/c",
        "arn:aws:iam::123456789012:role/web",
        "arn:aws:iam::12345:user/web",
        "arn:aws:iam::123456789012:user/",
        "arn:aws:s3:::user/web",
        "x",
    ],
)
def test_callers_of_other_kinds(arn: str) -> None:
    """Only users and sessions of roles log in."""
    with pytest.raises(InvalidRequest):
        proved(Caller(arn, "AIDA1", "123456789012"))
    with pytest.raises(UpstreamFailed):
        proved(Caller("arn:aws:iam::123456789012:user/web", "AIDA1", "210987654321"))
