"""Logins that come with a request: the login is a request of its own, and its token serves the other one alone.

Nothing of the token is stored.  The login itself is counted, audited and limited as any other.
"""

from __future__ import annotations

import msgspec

from strongroom.core.answer import Answer
from strongroom.core.attempt import Attempt
from strongroom.lib.errors import InvalidRequest, PermissionDenied, StrongroomError
from strongroom.lib.rand import Random, uuid4
from strongroom.sdk.engine import AuthMethod
from strongroom.services.exchange import ApiRequest, InlineLogin
from strongroom.services.tokens import Bearer

_NO_LOGIN = "failed to perform inline authentication: the path did not log in"
_SECOND_FACTOR = (
    "failed to perform inline authentication: the login needs a second factor, "
    "which must come with it in the header X-Vault-MFA"
)


def login_of(request: ApiRequest, login: InlineLogin, random: Random) -> ApiRequest:
    """The request of the login.  It comes from the same client, at the same moment."""
    return msgspec.structs.replace(
        request,
        id=uuid4(random),
        operation=login.operation,
        path=login.path,
        namespace=f"{request.confined_to}/{login.namespace}" if request.confined_to else login.namespace,
        data=login.data,
        wrap_ttl_s=0,
        wrap_format="",
        inline=None,
        keeps_token=False,
    )


def check(attempt: Attempt) -> None:
    """Refuse a login of a request that leads to anything but the login of an auth method.

    Raises: `PermissionDenied`; `UnsupportedOperation` for a login by another operation.
    """
    if attempt.request.keeps_token:
        return
    entry = attempt.entry
    if entry is not None and isinstance(entry.engine, AuthMethod):
        attempt.check_open()
        if attempt.needs_no_token:
            return
    raise PermissionDenied("permission denied")


def result(answer: Answer) -> tuple[Bearer | None, StrongroomError]:
    """The token of a login's answer, or None; and why there is none."""
    if answer.error is not None:
        return None, answer.error
    waits = answer.auth is not None and answer.bearer is None
    return answer.bearer, InvalidRequest(_SECOND_FACTOR if waits else _NO_LOGIN)


def with_token(request: ApiRequest, bearer: Bearer) -> ApiRequest:
    """The request with the login's token."""
    return msgspec.structs.replace(request, inline=None, bearer=bearer)


def failed(request: ApiRequest, error: StrongroomError) -> Answer:
    """The answer to a request whose login failed."""
    return Answer(request_id=request.id, operation=request.operation, error=error, login_failed=True)
