"""What can go wrong between a client and its server, typed by meaning."""

from __future__ import annotations


class ClientError(Exception):
    """Base of what the client raises; its text is meant for the person at the terminal."""


class _Hinted(ClientError):
    """One that may say what to do.

    Args:
        text: what is wrong.
        hint: what the person may want to try; may be empty.
    """

    def __init__(self, text: str, *, hint: str = "") -> None:
        super().__init__(text)
        self.hint = hint


class BadSettings(_Hinted):
    """An address, a certificate file or an environment variable can't be used."""


class BadAnswer(_Hinted):
    """What came is no JSON object: another server's answer, or a path that answers in another form."""


class Unreachable(ClientError):
    """There was no valid response: refused, not resolved, timed out, a failed handshake or a broken response.

    Args:
        method: the request's verb.
        url: the request's address.
        reason: what failed, in one line.
        hint: what the person may want to try; may be empty.
    """

    def __init__(self, method: str, url: str, reason: str, *, hint: str = "") -> None:
        super().__init__(f'{method.capitalize()} "{url}": {reason}')
        self.reason = reason
        self.hint = hint


class ResponseError(ClientError):
    """The server answered with an error.

    Args:
        method: the request's verb.
        url: the request's address.
        status: the HTTP status code.
        errors: the texts of `{"errors": [...]}`, or None when the body held no such list.
        body: the answer's body as text.
        namespace: the namespace the request named; may be empty.
        warnings: the texts of `{"warnings": [...]}`, which some refusals explain themselves by.
        path: what was asked for, without the address and `/v1/`.
        with_token: whether a token went with the request.
        with_tenants_token: whether that token ends in the id of a namespace other than root.
        hint: what the person may want to try; may be empty.
        request_id: by which administrators are told why it was denied; empty if the server doesn't say.
    """

    def __init__(
        self,
        method: str,
        url: str,
        status: int,
        *,
        errors: tuple[str, ...] | None,
        body: str,
        namespace: str = "",
        warnings: tuple[str, ...] = (),
        path: str = "",
        with_token: bool = False,
        with_tenants_token: bool = False,
        hint: str = "",
        request_id: str = "",
    ) -> None:
        self.method = method
        self.url = url
        self.status = status
        self.errors = errors
        self.body = body
        self.warnings = warnings
        self.namespace = namespace
        self.path = path
        self.with_token = with_token
        self.with_tenants_token = with_tenants_token
        self.hint = hint
        self.request_id = request_id
        super().__init__(self._text())

    def _text(self) -> str:
        lines = ["Error making API request.", ""]
        if self.namespace:
            lines.append(f"Namespace: {self.namespace}")
        lines.append(f"URL: {self.method} {self.url}")
        if self.errors is None:
            return "\n".join([*lines, f"Code: {self.status}. Raw Message:", "", self.body])
        return "\n".join([*lines, f"Code: {self.status}. Errors:", "", "\n".join(f"* {text}" for text in self.errors)])


class BadRequest(ResponseError):
    """400: the request is malformed or breaks a rule of the endpoint."""


class Denied(ResponseError):
    """403: no valid token, or its policies don't allow this."""


class Missing(ResponseError):
    """404: nothing is there."""


class Unsupported(ResponseError):
    """405: the path exists, but not with this verb."""


class RateLimited(ResponseError):
    """429: a quota refuses the request for now."""


class ServerFailed(ResponseError):
    """500 and above, other than 503."""


class NotServing(ResponseError):
    """503: sealed, not initialized or stopping."""


_BY_STATUS: dict[int, type[ResponseError]] = {
    400: BadRequest,
    403: Denied,
    404: Missing,
    405: Unsupported,
    429: RateLimited,
    503: NotServing,
}


def by_status(status: int) -> type[ResponseError]:
    """The class for an HTTP status code of 400 or above."""
    return _BY_STATUS.get(status, ServerFailed if status >= 500 else ResponseError)


def describe(error: OSError) -> str:
    """The text of an operating system's error, in lower case and without its number."""
    if isinstance(error, TimeoutError) and error.errno is None:
        return "i/o timeout"
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]
