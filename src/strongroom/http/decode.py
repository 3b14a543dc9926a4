"""Decodes HTTP requests into the API's terms (pure)."""

from __future__ import annotations

import base64
import re
from collections.abc import Container, Mapping
from typing import Any, Final
from urllib.parse import quote, unquote_to_bytes

import msgspec

from strongroom.http import form
from strongroom.http.message import HttpRequest
from strongroom.lib import json
from strongroom.lib.durations import SECOND_NS, parse_duration_ns
from strongroom.lib.errors import (
    InvalidRequest,
    RequestTooLarge,
    UnsupportedMedia,
    UnsupportedOperation,
    UnsupportedPath,
)
from strongroom.sdk.coercion import FieldError, to_bool
from strongroom.sdk.request import Operation

PREFIX = "/v1/"

WELL_KNOWN: Final = "/.well-known/est/"
"""Where clients of EST look for it, whatever mount serves them.  Source: RFC 7030, section 3.2.2"""
_OPERATIONS = {
    "GET": Operation.READ,
    "HEAD": Operation.HEADER,
    "HELP": Operation.HELP,
    "POST": Operation.UPDATE,
    "PUT": Operation.UPDATE,
    "PATCH": Operation.PATCH,
    "DELETE": Operation.DELETE,
    "LIST": Operation.LIST,
    "SCAN": Operation.SCAN,
}
_HEALTH = "sys/health"
"""Load balancers request it with HEAD."""
_MAX_NAMESPACE = 8192
NAMESPACE = "x-vault-namespace"
"""The header that names a request's namespace."""
_WRITES = frozenset({Operation.UPDATE, Operation.PATCH})
_UNCLEAN = re.compile(r"//|/\.{1,2}(/|$)")
_RELATIVE = re.compile(r"/\.\.(/|$)")
_SAFE_IN_PATH = "/:@!$&'()*+,;="
"""Besides unreserved characters.  Source: RFC 3986, section 3.3."""
_MERGE_PATCH = "application/merge-patch+json"
_FORM = "application/x-www-form-urlencoded"
_BINARY: Final = {"application/ocsp-request": "ocsp_request", "application/pkcs10": "pkcs10"}
"""Bodies that are no JSON, by their type: the field that holds them, in base64."""
_MAX_BINARY_BYTES: Final = 128 * 1024
UPLOADS: Final = frozenset(f"sys/storage/raft/{name}" for name in ("snapshot", "snapshot-force", "snapshot-load"))
"""Paths whose bodies are files, of whatever type the client says.  Their fields are in the query."""
_OCSP_QUESTION: Final = re.compile(r"/ocsp/M[A-Za-z0-9+/]*={0,2}\Z")
"""A path that ends in a question in base64, as OCSP clients ask by GET: DER of a SEQUENCE begins with an `M`."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MAX_FORM_BYTES = 1024 * 1024
"""As much as one text of a JSON body may have."""
_UNLIMITED: Final = json.Limits(depth=0, string_bytes=0, entries=0, elements=0, memory_bytes=0)


class Call(msgspec.Struct, frozen=True):
    """A request in the API's terms."""

    operation: Operation
    path: str
    data: dict[str, Any]
    token: str
    namespace: str = ""
    """The path that the header names, without slashes around it; empty for root."""
    upload: bytes = b""
    """A file, for the paths of `UPLOADS`."""

    def __repr__(self) -> str:
        return f"Call({self.operation} {self.path})"


class Redirect(Exception):  # a response, no error
    """The path isn't normalized; `location` is the normalized path."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


def decode(request: HttpRequest, plain: Container[str] = (), limits: json.Limits = _UNLIMITED) -> Call:
    """Read path, verb, body and the API's headers.

    Args:
        limits: the largest complexity of the body. plain: paths whose verb is taken literally: no parameter of the
            query turns a read into another operation.

    Raises: `Redirect` for a path with `.`, `..` or empty segments, and errors for the client.
    """
    path = decode_path(request.path, request.query)
    if request.method == "OPTIONS" and path not in plain:
        raise InvalidRequest("cannot handle internal-only request operation")
    operation = _OPERATIONS.get(request.method)
    if operation is None:
        raise UnsupportedOperation("")
    namespace = namespace_of(request)
    if path in plain:
        if request.method == "HEAD" and path == _HEALTH:
            operation = Operation.READ
        return Call(operation, path, _plain_data(request, operation, limits), token_of(request), namespace)
    data: dict[str, Any]
    query = decode_query(request.query)
    if operation is Operation.UPDATE and path in UPLOADS and not query.get("help"):
        return Call(operation, path, query, token_of(request), namespace, request.body)
    if operation is Operation.HELP or query.pop("help", None):
        # With any method: a request for help gets help, and does nothing else.
        operation, data = Operation.HELP, {}
    elif operation in _WRITES:
        data = decode_body(request, operation, limits)
    else:
        operation = _listing(operation, query)
        data = query
    if (operation is Operation.LIST or operation is Operation.SCAN) and not path.endswith("/"):
        path += "/"
    return Call(operation, path, data, token_of(request), namespace)


def is_namespace(name: str) -> bool:
    """Whether a header's value can name a namespace: printable ASCII that is no longer than any namespace's path."""
    return len(name) <= _MAX_NAMESPACE and name.isascii() and name.isprintable()


def namespace_of(request: HttpRequest) -> str:
    """The namespace that the header names, without slashes around it; empty for root.

    Raises: `InvalidRequest` for a path that is longer than any namespace's.
    """
    return namespace_in(request.headers.get(NAMESPACE, ""))


def namespace_in(value: str) -> str:
    """Like `namespace_of`, of a header's value."""
    name = value.strip("/")
    if len(name) > _MAX_NAMESPACE:
        raise InvalidRequest("the namespace is too long")
    return "" if name == "root" else name


def _plain_data(request: HttpRequest, operation: Operation, limits: json.Limits) -> dict[str, Any]:
    # PATCH gets "unsupported" there, whatever its body is.
    if operation is Operation.UPDATE:
        return decode_body(request, operation, limits)
    return decode_query(request.query)


def decode_path(raw: str, query: str = "") -> str:
    """The path below `/v1/`, percent-decoded; one below `WELL_KNOWN` as a whole, with its slash.

    Raises: `InvalidRequest` for characters that can't be printed and invalid UTF-8, `UnsupportedPath` outside `/v1/`.
    """
    if "%" in raw:
        try:
            path = unquote_to_bytes(raw).decode("utf-8")
        except UnicodeDecodeError as error:
            raise InvalidRequest("the path is not valid UTF-8") from error
    else:
        path = raw
    if not path.isprintable():
        # Otherwise two names could look the same but be different to a policy, because one has an invisible character.
        raise InvalidRequest("the path contains non-printable characters")
    if path is not raw and _RELATIVE.search(path) and not _RELATIVE.search(raw):
        raise InvalidRequest("relative paths not supported")
    if question := _OCSP_QUESTION.search(path):
        path = path[: question.start()] + _plain_question(question[0])
    if _UNCLEAN.search(path):
        raise Redirect(quote(_clean(path), safe=_SAFE_IN_PATH) + (f"?{query}" if query else ""))
    if path.startswith(WELL_KNOWN):
        return path
    if not path.startswith(PREFIX):
        raise UnsupportedPath("")
    return path[len(PREFIX) :]


def _plain_question(end: str) -> str:
    """The end of a path that holds a question, in the alphabet of base64 for URLs if slashes in it look like others.

    Clients can't be sent to a path without empty segments: it would be another question, or none.
    Source: RFC 6960, appendix A.1; RFC 4648, section 5
    """
    name, question = end[: len("/ocsp/")], end[len("/ocsp/") :]
    if ("//" in question or question.endswith("/")) and _is_sequence(question):
        question = question.replace("/", "_").replace("+", "-")
    return name + question


def _is_sequence(text: str) -> bool:
    """Whether a text is base64 of one whole SEQUENCE in DER, which no name of anything else happens to be."""
    try:
        der = base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), validate=True)
    except ValueError:
        return False
    if len(der) < 128:
        return der[1:2] == bytes([len(der) - 2 & 0xFF])
    length_bytes = der[1] & 0x7F
    return der[1] > 0x80 and int.from_bytes(der[2 : 2 + length_bytes]) == len(der) - 2 - length_bytes


def is_clean(path: str) -> bool:
    """Whether a path that isn't a URL's has the form that `decode_path` gives: nothing hidden, nothing relative."""
    return path.isprintable() and not _UNCLEAN.search("/" + path)


def _clean(path: str) -> str:
    out: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if out:
                out.pop()
        elif segment not in {"", "."}:
            out.append(segment)
    cleaned = "/" + "/".join(out)
    return cleaned + "/" if path.endswith("/") and cleaned != "/" else cleaned


def _listing(operation: Operation, query: dict[str, Any]) -> Operation:
    """`GET` with `?list=true` or `?scan=true` is a listing.  These parameters are removed from the data."""
    if operation is not Operation.READ:
        return operation
    if "list" in query and "scan" in query:
        raise InvalidRequest("")
    for name, listing in (("list", Operation.LIST), ("scan", Operation.SCAN)):
        if name in query:
            given = query.pop(name)
            try:
                wanted = to_bool(given[0] if isinstance(given, list) else given)
            except FieldError as error:
                raise InvalidRequest("") from error
            if wanted:
                return listing
    return operation


def decode_query(query: str) -> dict[str, Any]:
    """The query's fields.  A repeated field is a list."""
    if not query:
        return {}
    try:
        return form.fields(query.encode())
    except ValueError as error:
        raise InvalidRequest(f"the query cannot be read: {error}") from error


def decode_body(request: HttpRequest, operation: Operation, limits: json.Limits = _UNLIMITED) -> dict[str, Any]:
    """The JSON object of a write.  An empty body and null become an empty object.

    A body that `curl -d` labels as a form is still JSON if it begins like an object.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if operation is Operation.PATCH and media != _MERGE_PATCH:
        raise UnsupportedMedia(f"PATCH requires Content-Type of {_MERGE_PATCH}, provided {media}")
    body = request.body
    if not body:
        return {}
    _check_plain(request, media)
    if media in _BINARY:
        if len(body) > _MAX_BINARY_BYTES:
            raise RequestTooLarge(f"a body of type {media} may have {_MAX_BINARY_BYTES} bytes, which is fixed")
        return {_BINARY[media]: base64.b64encode(body).decode()}
    if media == _FORM and not body.lstrip().startswith((b"{", b"[")):
        return _decode_form(body, limits)
    try:
        decoded = json.loads_within(body, limits)
    except InvalidRequest as error:
        if isinstance(error, json.TooComplex):
            raise
        raise InvalidRequest(f"failed to decode JSON input: {error.text}") from error
    if decoded is None:
        return {}
    if not isinstance(decoded, dict):
        kind = {list: "array", str: "string", bool: "bool"}.get(type(decoded), "number")
        raise InvalidRequest(
            f"failed to decode JSON input: json: cannot unmarshal {kind} "
            "into Go value of type map[string]interface {}"
        )
    return decoded


def _check_plain(request: HttpRequest, media: str) -> None:
    """Refuse a body whose header fields say that it is neither JSON nor a form."""
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"", "identity"}:
        raise InvalidRequest(
            f"failed to decode JSON input: the body has the Content-Encoding {coding[:32]}, which is not supported: "
            "send it without"
        )
    if request.body.startswith(_BYTE_ORDER_MARK):
        # Source: RFC 8259, section 8.1
        raise InvalidRequest("failed to decode JSON input: it begins with a byte order mark: send it without")
    if media.startswith("multipart/"):
        raise InvalidRequest(
            f"failed to decode JSON input: the body is {media[:64]}: send JSON (application/json), or a form as {_FORM}"
        )


def _decode_form(body: bytes, limits: json.Limits) -> dict[str, Any]:
    if len(body) > _MAX_FORM_BYTES:
        raise RequestTooLarge(f"a form may have {_MAX_FORM_BYTES} bytes, which is fixed; send JSON instead")
    try:
        fields = form.fields(body)
    except UnicodeDecodeError as error:
        raise InvalidRequest("the form is not valid UTF-8") from error
    except ValueError as error:
        raise InvalidRequest(f"the form cannot be read: {error}") from error
    if len(body) > limits.harmless_bytes:
        json.check(fields, limits)
    return fields


def token_of(request: HttpRequest) -> str:
    """The client's token, from `X-Vault-Token` or as a bearer token."""
    return token_in(request.headers)


def token_in(headers: Mapping[str, str]) -> str:
    """The same, from the header fields only."""
    token = headers.get("x-vault-token")
    if not token:
        authorization = headers.get("authorization", "")
        token = authorization[7:] if authorization.startswith("Bearer ") else ""
    return token.strip()


def wrap_ttl_of(request: HttpRequest) -> int:
    """The wrapping time of the response in seconds; 0 for no wrapping."""
    text = request.headers.get("x-vault-wrap-ttl")
    if not text:
        return 0
    try:
        nanoseconds = parse_duration_ns(text)
    except InvalidRequest as error:
        raise InvalidRequest(f"error parsing X-Vault-Wrap-TTL header: {error.text}") from error
    if nanoseconds < 0:
        raise InvalidRequest("error parsing X-Vault-Wrap-TTL header: requested wrap ttl cannot be negative")
    # Half a second becomes a whole one, because 0 would send the response unwrapped.
    return max(1, nanoseconds // SECOND_NS) if nanoseconds else 0
