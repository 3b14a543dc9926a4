"""The client: requests, retries, redirects, wrapping, namespaces, typed errors.

Source: https://developer.hashicorp.com/vault/api-docs
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from posixpath import normpath
from typing import Any, TypedDict, Unpack
from urllib.parse import quote, urlencode, urlsplit

from strongroom.client import http1, transport, values
from strongroom.client.errors import BadAnswer, BadSettings, Missing, Unreachable, by_status, describe
from strongroom.client.settings import Settings

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"

_RETRIED = frozenset({412, 500, *range(502, 600)})
_REDIRECTS = frozenset({301, 302, 307, 308})
_RAW = "Note: read with -format=raw prints such an answer as it is."
_WRAPPED_FOR = "5m"
"""Unless it is said; as Vault's own client has it."""
_NO_NAMESPACE = "namespace not found"
"""How the text begins of a 404 that is about the request's namespace.  The API has no other sign of it."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request, ready to be sent."""

    method: str
    url: str
    target: str
    """What stands in the request line: path and query, percent-encoded."""
    path: str
    """The API path without `/v1/`, as it was given."""
    headers: dict[str, str] = field(repr=False)
    body: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response of the 2xx or 3xx kind."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)

    @property
    def media_type(self) -> str:
        """Of the body, in lower case and without parameters; empty if the server doesn't say."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """The decoded body, None when it is empty.  Raises `BadAnswer`."""
        if not self.body.strip():
            return None
        try:
            document = values.decode(self.body)
        except ValueError as error:
            if self.media_type in {"", JSON}:
                raise BadAnswer(f"the server's answer is no JSON: {error}") from error
            raise BadAnswer(f"the server's answer is no JSON, but {self.media_type}", hint=_RAW) from error
        if not isinstance(document, dict | None):
            raise BadAnswer("the server's answer is no JSON object")
        return document


Sender = Callable[[Prepared], Answer]

NOTHING: Any = object()
"""The body of a request without one; None is JSON's `null`."""


class Parts(TypedDict, total=False):
    """What a request may have beside its verb and its path."""

    query: Iterable[tuple[str, str]]
    body: Any
    """What JSON can hold, or `NOTHING`."""
    content_type: str
    """Of the body, where it isn't plain JSON."""


def canonical_namespace(name: str) -> str:
    """A namespace path as the header carries it: no slash before, one behind."""
    bare = name.strip("/")
    return f"{bare}/" if bare else ""


class Client:
    """Speaks to one server.

    Args:
        settings: where and how.
        send: replaces sending over the network, for those who only want to see requests.
        sleep: waits between retries, in seconds.

    Raises: `BadSettings` when the address can't be read.
    """

    def __init__(
        self, settings: Settings, *, send: Sender | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.settings = settings
        self._origin = transport.parse_origin(settings.address)
        self._send = send or self._exchange
        self._sleep = sleep

    def with_token(self, token: str) -> Client:
        """The same client with another token."""
        return self._with(token=token)

    def with_headers(self, *headers: tuple[str, str]) -> Client:
        """The same client, sending these headers besides its own."""
        return self._with(headers=(*self.settings.headers, *headers))

    def without_wrapping(self) -> Client:
        """The same client, asking for no wrapped responses."""
        return self._with(wrap_ttl="")

    def _with(self, **changes: Any) -> Client:
        send = None if self._send == self._exchange else self._send
        return Client(replace(self.settings, **changes), send=send, sleep=self._sleep)

    def prepare(self, method: str, path: str, **parts: Unpack[Parts]) -> Prepared:
        """A request as it would be sent.

        Args:
            path: below `/v1/`.

        Raises: `BadSettings` when the token can't stand in a header.
        """
        settings = self.settings
        headers = {"X-Vault-Request": "true"}
        if settings.token:
            if not _printable(settings.token):
                raise BadSettings("configured Vault token contains non-printable characters and cannot be used")
            headers["X-Vault-Token"] = settings.token
        if settings.namespace:
            headers["X-Vault-Namespace"] = canonical_namespace(settings.namespace)
        if wrap_ttl := settings.wrap_ttl or _usual_wrap_ttl(method, path):
            headers["X-Vault-Wrap-Ttl"] = wrap_ttl
        if settings.policy_override:
            headers["X-Vault-Policy-Override"] = "true"
        if settings.mfa:
            headers["X-Vault-Mfa"] = ", ".join(settings.mfa)
        if content_type := parts.get("content_type"):
            headers["Content-Type"] = content_type
        headers.update(settings.headers)
        escaped = quote(normpath(f"/v1/{path}"), safe="/$&+,:;=@~", errors="surrogateescape")
        questions = urlencode(sorted(parts.get("query", ()), key=lambda pair: pair[0]), errors="surrogateescape")
        target = self._origin.prefix + escaped + (f"?{questions}" if questions else "")
        body = parts.get("body", NOTHING)
        text = None if body is NOTHING else values.encode(body)
        return Prepared(method, self._origin.base + target, target, path, headers, text)

    def request(self, method: str, path: str, **parts: Unpack[Parts]) -> Answer:
        """Send a request and return its answer.

        Raises:
            ResponseError: the server answered with a status of 400 or above.
            Unreachable: no answer came, retries included.
            BadSettings: a certificate file or the token can't be used.
        """
        return self._send(self.prepare(method, path, **parts))

    def read(self, path: str, query: Iterable[tuple[str, str]] = ()) -> Any:
        """The decoded answer to GET, None when nothing is there.  Raises as `request`."""
        return self._maybe("GET", path, query)

    def list(self, path: str, query: Iterable[tuple[str, str]] = ()) -> Any:
        """The decoded answer to a listing, None when nothing is there.  Raises as `request`."""
        return self._maybe("GET", path, [*query, ("list", "true")])

    def scan(self, path: str, query: Iterable[tuple[str, str]] = ()) -> Any:
        """The decoded answer to a recursive listing, None when nothing is there.  Raises as `request`."""
        return self._maybe("GET", path, [*query, ("scan", "true")])

    def write(self, path: str, body: Any, *, method: str = "PUT") -> Any:
        """The decoded answer to a write, None when it was empty.  Raises as `request`."""
        return self.request(method, path, body=body).json()

    def patch(self, path: str, body: Any) -> Any:
        """The decoded answer to a JSON merge patch.  Raises as `request`."""
        return self.request("PATCH", path, body=body, content_type=MERGE_PATCH).json()

    def delete(self, path: str, query: Iterable[tuple[str, str]] = ()) -> Any:
        """The decoded answer to DELETE, None when it was empty.  Raises as `request`."""
        return self.request("DELETE", path, query=query).json()

    def _maybe(self, method: str, path: str, query: Iterable[tuple[str, str]]) -> Any:
        try:
            return self.request(method, path, query=query).json()
        except Missing as error:
            if self.settings.namespace and any(text.startswith(_NO_NAMESPACE) for text in error.errors or ()):
                raise  # a mistyped namespace, and no answer about the path
            # A 404 may still carry an answer: a deleted version keeps its metadata, a listing its warnings.
            try:
                document = values.decode(error.body)
            except ValueError:
                return None
            has_answer = isinstance(document, dict) and (document.get("data") or document.get("warnings"))
            return document if has_answer else None

    def stream(
        self, path: str, query: Iterable[tuple[str, str]] = (), *, accept: str = "", deadline: float | None = None
    ) -> Iterator[bytes]:
        """The body of a GET in pieces, for as long as the server sends.  Raises as `request`.

        Args:
            accept: the type of content that is wanted.
            deadline: when to end, by the monotonic clock; None for never.
        """
        prepared = self.prepare("GET", path, query=query)
        if accept:
            prepared.headers["Accept"] = accept
        with self._open(prepared, self.settings) as channel:
            response = self._response(prepared, channel)
            try:
                if response.status >= 400:
                    raise self._failure(prepared, Answer(response.status, response.headers, response.body()))
                blocks = response.blocks()
                while True:
                    left = None if deadline is None else deadline - time.monotonic()
                    if left is not None and left <= 0:
                        return
                    channel.settimeout(left)
                    yield next(blocks)
            except (TimeoutError, StopIteration):
                return
            except (OSError, http1.ProtocolError) as error:
                raise self._unreachable(prepared, error) from error

    def _exchange(self, prepared: Prepared) -> Answer:
        for attempt in range(self.settings.max_retries + 1):
            last = attempt == self.settings.max_retries
            try:
                answer = self._once(prepared)
            except Unreachable:
                if last:
                    raise
            else:
                if answer.status in _REDIRECTS and self.settings.redirects:
                    answer = self._once(self._redirected(prepared, answer))
                if last or answer.status not in _RETRIED:
                    if answer.status >= 400:
                        raise self._failure(prepared, answer)
                    return answer
            self._sleep(min(1.0 + 0.25 * attempt, 1.5))
        raise AssertionError("the last attempt returns or raises")

    def _redirected(self, prepared: Prepared, answer: Answer) -> Prepared:
        """The same request at the address that a standby node names; never from TLS to plain, which leaks the token."""
        if not answer.headers.get("location"):
            raise Unreachable(prepared.method, prepared.url, "http: no Location header in response")
        location = urlsplit(answer.headers["location"])
        if self._origin.scheme == "https" and location.scheme == "http":
            raise Unreachable(prepared.method, prepared.url, "redirect would cause protocol downgrade")
        target = location.path + (f"?{location.query}" if location.query else "")
        return replace(prepared, url=location.geturl() if location.netloc else prepared.url, target=target)

    def _once(self, prepared: Prepared) -> Answer:
        with self._open(prepared, self.settings) as channel:
            response = self._response(prepared, channel)
            try:
                return Answer(response.status, response.headers, response.body())
            except (OSError, http1.ProtocolError) as error:
                raise self._unreachable(prepared, error) from error

    def _open(self, prepared: Prepared, settings: Settings) -> Any:
        origin = self._origin
        if not origin.socket_path and not prepared.url.startswith(f"{origin.scheme}://{origin.authority}/"):
            origin = transport.parse_origin(prepared.url)
        try:
            return transport.open_channel(origin, settings)
        except OSError as error:
            raise self._unreachable(prepared, error) from error

    def _response(self, prepared: Prepared, channel: http1.Channel) -> http1.Response:
        headers = {"Host": urlsplit(prepared.url).netloc, "User-Agent": "strongroom", **prepared.headers}
        body = None if prepared.body is None else prepared.body.encode()
        if body is not None:
            headers.setdefault("Content-Type", JSON)
        try:
            request = http1.encode_request(prepared.method, prepared.target, headers, body)
        except ValueError as error:
            raise BadSettings(f'{prepared.method.capitalize()} "{prepared.url}": {error}') from error
        try:
            channel.sendall(request)
            return http1.Response(channel, prepared.method)
        except (OSError, http1.ProtocolError) as error:
            raise self._unreachable(prepared, error) from error

    def _unreachable(self, prepared: Prepared, error: Exception) -> Unreachable:
        # A socket's own error carries a number; those that `transport` raises carry their whole text.
        numbered = isinstance(error, OSError) and (error.errno is not None or isinstance(error, TimeoutError))
        reason = describe(error) if isinstance(error, OSError) and numbered else str(error)
        return Unreachable(prepared.method, prepared.url, reason, hint=_hint(reason, self.settings))

    def _failure(self, prepared: Prepared, answer: Answer) -> Exception:
        status, text = answer.status, answer.body.decode("utf-8", "replace")
        errors: tuple[str, ...] | None = None
        warnings: tuple[str, ...] = ()
        try:
            document = values.decode(text)
        except ValueError:
            document = None
        if isinstance(document, dict):
            errors = tuple(str(item) for item in document.get("errors") or ())
            warnings = tuple(str(item) for item in document.get("warnings") or ())
        namespace = canonical_namespace(self.settings.namespace)
        return by_status(status)(
            prepared.method,
            prepared.url,
            status,
            errors=errors,
            warnings=warnings,
            body=text,
            namespace=namespace,
            path=prepared.path,
            with_token="X-Vault-Token" in prepared.headers,
            with_tenants_token=prepared.headers.get("X-Vault-Token", "").count(".") > 1,
            hint=_plain_hint(text, self.settings),
            request_id=answer.headers.get("x-strongroom-request-id", ""),
        )


def _usual_wrap_ttl(method: str, path: str) -> str:
    """How long the answer stays wrapped of a path that answers in no other way; empty for all others."""
    return _WRAPPED_FOR if method in {"PUT", "POST"} and path.strip("/") == "sys/wrapping/wrap" else ""


def _printable(token: str) -> bool:
    """Whether a token has no control characters; bytes that are no UTF-8 (lone surrogates here) pass, as the API has
    it: the server doesn't know such a token.
    """
    return all(letter.isprintable() or "\udc80" <= letter <= "\udcff" for letter in token)


def _hint(reason: str, settings: Settings) -> str:
    address = settings.address
    if "HTTP response to HTTPS client" in reason:
        plain = address.replace("https://", "http://", 1)
        variable = _variable(settings)
        return f"The server speaks plain HTTP. Try -address={plain}, or set {variable} to that.{_origin(settings)}"
    if "proxyconnect" in reason:
        return "That is the proxy, which STRONGROOM_PROXY_ADDR or HTTP_PROXY and HTTPS_PROXY name."
    if "connection refused" in reason or (address.startswith("unix://") and "no such file" in reason):
        return f"Nothing listens at {address}. Is the server running?{_origin(settings)}"
    if "failed to verify certificate" in reason:
        return _distrust(reason, settings)
    if "unsupported protocol scheme" in reason:
        return f"{transport.SCHEMES} {address} doesn't.{_origin(settings)}"
    if "no such host" in reason:
        return f"The name in {address} is unknown here.{_origin(settings)}"
    return f"No answer came from {address}.{_origin(settings)}"


def _distrust(reason: str, settings: Settings) -> str:
    """What to do about a certificate that isn't accepted."""
    if "ismatch" in reason:
        return (
            "The server's certificate is for other names. Use one of its names in the address, or name it with "
            f"-tls-server-name.{_origin(settings)}"
        )
    if "expired" in reason or "not yet valid" in reason:
        return "The server's certificate is out of date, or the clock of this machine is wrong."
    if given := settings.tls.ca_cert or settings.tls.ca_path:
        return f"The server's certificate is from another authority than that of {given}."
    return "Name the certificate authority with -ca-cert or STRONGROOM_CACERT."


def _plain_hint(body: str, settings: Settings) -> str:
    """What to do when a listener with TLS, of this server or of a Go program, says that it was spoken to without."""
    if "sent an HTTP request to an HTTPS server" not in body or not settings.address.startswith("http://"):
        return ""
    secure = settings.address.replace("http://", "https://", 1)
    return f"The server speaks TLS. Try -address={secure}, or set {_variable(settings)} to that.{_origin(settings)}"


def _variable(settings: Settings) -> str:
    given = settings.address_from
    return given if given and not given.startswith("-") else "STRONGROOM_ADDR"


def _origin(settings: Settings) -> str:
    """Where the address was said, as a sentence."""
    if settings.address_from:
        return f" The address is from {settings.address_from}."
    return " No address was given, by -address or STRONGROOM_ADDR, so that is the default."
