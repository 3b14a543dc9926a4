"""The request to STS that a client has signed: what of it is passed on, and what is refused (pure).

Whoever may have a server send a request of their making has it get an answer of their making.  So host, path, action,
headers and the form of the answer are this module's; the client only adds its signature.

Source: https://developer.hashicorp.com/vault/api-docs/auth/aws#login; CVE-2020-16250
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from strongroom.auth.aws.records import ClientConfig
from strongroom.lib import json
from strongroom.lib.aws import Element, Target, check_region, sts_target
from strongroom.lib.errors import InvalidRequest, UpstreamFailed

SERVER_ID = "x-vault-aws-iam-server-id"
ACTION, VERSION = "GetCallerIdentity", "2011-06-15"
NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
MOST_BYTES = 16 * 1024
"""Of each part of the request."""
_ALLOWED = frozenset(
    {
        "authorization",
        "content-length",
        "content-type",
        "host",
        "user-agent",
        "amz-sdk-invocation-id",
        "amz-sdk-request",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-user-agent",
        SERVER_ID,
    }
)
_NEVER = frozenset({"accept", "accept-encoding", "connection", "expect", "te", "transfer-encoding", "upgrade"})
"""Headers that decide the form of the answer, or where a request ends."""
_QUERY = frozenset(
    {
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-Security-Token",
        "X-Amz-Signature",
        "X-Amz-SignedHeaders",
    }
)
_NEEDED = _QUERY - {"X-Amz-Expires", "X-Amz-Security-Token"}
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^,\s]+),\s*SignedHeaders=([a-z0-9;-]+),\s*Signature=([0-9a-f]{64})"
)
_STS_HOST = re.compile(r"sts(-fips)?(\.[a-z]{2,4}(-[a-z]{2,12}){1,3}-[0-9]{1,2})?\.amazonaws\.com(\.cn)?(:443)?")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}")


@dataclass(frozen=True, slots=True)
class Given:
    """The fields of a login, as they came."""

    method: str
    url: str = field(repr=False)
    """May be presigned."""
    body: str
    headers: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Relayed:
    """What is sent to STS."""

    method: str
    url: str = field(repr=False)
    host: str
    """What the client signed as `Host`."""
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    signed_for: str
    """The region that the client has signed for."""
    sent_to: str
    """The region of the STS that is asked."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who STS says that the signer is."""

    arn: str
    user_id: str
    account: str


def relayed(given: Given, config: ClientConfig) -> Relayed:
    """The request to send.  Raises `InvalidRequest` naming what isn't accepted."""
    url = _url(given.url)
    headers = _headers(given.headers)
    match given.method.upper():
        case "":
            raise InvalidRequest("missing iam_http_request_method")
        case "POST":
            body = _form(given.body)
            if url.query:
                raise InvalidRequest("iam_request_url of a POST request must not have a query")
            scope, signed = _authorization(headers)
            query = ""
        case "GET":
            body = b""
            if given.body:
                raise InvalidRequest("iam_request_body must be empty for a GET request")
            scope, signed, query = _presigned(url.query, headers)
        case _:
            raise InvalidRequest("invalid iam_http_request_method; only 'POST' and 'GET' are supported")
    _check_signed(signed, headers, config)
    _check_server_id(signed, headers, config)
    if headers.get("content-length", str(len(body))) != str(len(body)):
        raise InvalidRequest("the signed Content-Length isn't the length of iam_request_body")
    target = _target(scope, config)
    host = headers.get("host", url.netloc).lower()
    if host != target.host.lower() and _STS_HOST.fullmatch(host) is None:
        raise InvalidRequest(f'the signed request is for the host "{host[:200]}", which isn\'t AWS STS')
    sent = {
        name: value
        for name, value in headers.items()
        if name not in {"host", "content-length", *_NEVER} and (name in _ALLOWED or name in signed)
    }
    address = target.url.rstrip("/") + "/" + (f"?{query}" if query else "")
    return Relayed("POST" if not query else "GET", address, host, sent, body, _region(scope), target.region)


def refusal(sent: Relayed, code: str) -> str:
    """What to tell a client whose request STS has refused, of which AWS says only that the signature is wrong."""
    text = f"AWS STS refused the signed request: {code}"
    if sent.signed_for == sent.sent_to:
        return text
    return (
        f"{text}. It is signed for the region {sent.signed_for[:64]}, and this server asks STS in {sent.sent_to}: sign "
        "for that one, or set sts_region or use_sts_region_from_client in config/client"
    )


def caller_of(root: Element) -> Caller:
    """Who an answer of STS names.  Raises `UpstreamFailed` for any other answer."""
    results = [each for each in root.children if each.name == "GetCallerIdentityResult"]
    known = root.name == "GetCallerIdentityResponse" and root.namespace == NAMESPACE
    if not known or len(results) != 1 or results[0].namespace != NAMESPACE:
        raise UpstreamFailed("AWS STS gave no usable answer", detail="it is no GetCallerIdentityResponse")
    found = Caller(results[0].value("Arn"), results[0].value("UserId"), results[0].value("Account"))
    if not (found.arn and found.user_id and found.account) or len(results[0].children) != 3:
        raise UpstreamFailed("AWS STS gave no usable answer", detail="it is no GetCallerIdentityResult")
    return found


def _target(scope: str, config: ClientConfig) -> Target:
    region = _region(scope)
    if config.use_sts_region_from_client:
        check_region(region, "the region of the signature")
        return sts_target("", region)
    return sts_target(config.sts_endpoint, config.sts_region)


def _decoded(text: str, name: str) -> bytes:
    if not text:
        raise InvalidRequest(f"missing {name}")
    if len(text) > MOST_BYTES:
        raise InvalidRequest(f"{name} is longer than {MOST_BYTES} bytes")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest(f"failed to base64 decode {name}") from error


def _url(text: str) -> SplitResult:
    raw = _decoded(text, "iam_request_url")
    try:
        url = urlsplit(raw.decode("ascii"))
        fits = url.scheme in {"https", "http"} and bool(url.hostname) and url.path in {"", "/"} and not url.fragment
    except ValueError as error:  # UnicodeDecodeError is one
        raise InvalidRequest("error parsing iam_request_url") from error
    if not fits or url.username is not None or any(ord(letter) <= 32 for letter in raw.decode("ascii")):
        raise InvalidRequest("iam_request_url must be the URL of AWS STS, with the path / and nothing below it")
    return url


def _form(text: str) -> bytes:
    raw = _decoded(text, "iam_request_body")
    pairs = _pairs(raw.decode("utf-8", "replace"), "iam_request_body")
    _check_action(pairs, "iam_request_body", frozenset())
    return raw


def _pairs(text: str, name: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True, max_num_fields=16)
    except ValueError as error:
        raise InvalidRequest(f"{name} has no usable parameters") from error
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidRequest(f"{name} has a parameter twice")
    return found


def _check_action(pairs: Mapping[str, str], name: str, also: frozenset[str]) -> None:
    if pairs.get("Action") != ACTION or pairs.get("Version") != VERSION:
        raise InvalidRequest(f"{name} must ask for {ACTION} of version {VERSION}")
    unknown = pairs.keys() - {"Action", "Version"} - also
    if unknown:
        raise InvalidRequest(f"{name} must ask for {ACTION} and nothing else")


def _headers(given: Any) -> dict[str, str]:
    """The headers by names in lower case, from an object or its JSON in base64."""
    if given in (None, "", {}):
        raise InvalidRequest("missing iam_request_headers")
    if isinstance(given, str):
        given = json.loads(given.encode()) if given.lstrip()[:1] == "{" else json.loads(_decoded(given, _HEADERS))
    if not isinstance(given, Mapping) or len(given) > 64:
        raise InvalidRequest(f"{_HEADERS} must be an object of names and values")
    found: dict[str, str] = {}
    for name, value in given.items():
        values = value if isinstance(value, list) else [value]
        if len(values) != 1 or not isinstance(values[0], str | int) or isinstance(values[0], bool):
            raise InvalidRequest(f"each of {_HEADERS} must have one value")
        text = str(values[0]).strip(" ")
        if not _TOKEN.fullmatch(name) or len(text) > MOST_BYTES or not text.isascii() or not text.isprintable():
            raise InvalidRequest(f"{_HEADERS} holds a name or value that no header can have")
        if name.lower() in found:
            raise InvalidRequest(f"{_HEADERS} has a header twice")
        found[name.lower()] = text
    return found


_HEADERS = "iam_request_headers"


def _authorization(headers: Mapping[str, str]) -> tuple[str, frozenset[str]]:
    """The scope of the signature, and the names of what it covers."""
    found = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if found is None:
        raise InvalidRequest(f"{_HEADERS} has no usable Authorization header of AWS signature version 4")
    return _scope(found[1]), frozenset(found[2].split(";"))


def _presigned(query: str, headers: Mapping[str, str]) -> tuple[str, frozenset[str], str]:
    pairs = _pairs(query, "iam_request_url")
    _check_action(pairs, "iam_request_url", _QUERY)
    if missing := _NEEDED - pairs.keys():
        raise InvalidRequest(f"iam_request_url isn't presigned: {', '.join(sorted(missing))} is missing")
    if "authorization" in headers or pairs["X-Amz-Algorithm"] != "AWS4-HMAC-SHA256":
        raise InvalidRequest("iam_request_url isn't presigned by AWS signature version 4")
    return (
        _scope(pairs["X-Amz-Credential"]),
        frozenset(pairs["X-Amz-SignedHeaders"].split(";")),
        urlencode(pairs, quote_via=quote),
    )


def _scope(credential: str) -> str:
    parts = credential.split("/")
    if len(parts) != 5 or parts[3:] != ["sts", "aws4_request"]:
        raise InvalidRequest("the request isn't signed for AWS STS")
    return credential


def _region(scope: str) -> str:
    return scope.split("/")[2]


def _check_signed(signed: frozenset[str], headers: Mapping[str, str], config: ClientConfig) -> None:
    if "host" not in signed:
        raise InvalidRequest("the signature doesn't cover the Host header")
    also = {name.lower() for name in config.allowed_headers}
    refused = sorted(name for name in signed if name in _NEVER or name not in _ALLOWED | also)
    refused += sorted(name for name in headers if name.startswith("x-amz-") and name not in _ALLOWED | also)
    if refused:
        raise InvalidRequest(f"invalid request header: {refused[0]} isn't among allowed_sts_header_values")
    missing = sorted(name for name in signed - headers.keys() if name not in {"host", "content-length"})
    if missing:
        raise InvalidRequest(f"the signature covers the header {missing[0]}, which iam_request_headers doesn't have")


def _check_server_id(signed: frozenset[str], headers: Mapping[str, str], config: ClientConfig) -> None:
    if not config.server_id:
        return
    if SERVER_ID not in headers:
        raise InvalidRequest("error validating X-Vault-AWS-IAM-Server-ID header: missing header")
    if not hmac.compare_digest(headers[SERVER_ID].encode(), config.server_id.encode()):
        raise InvalidRequest("error validating X-Vault-AWS-IAM-Server-ID header: it names another server")
    if SERVER_ID not in signed:
        raise InvalidRequest("error validating X-Vault-AWS-IAM-Server-ID header: the signature doesn't cover it")
