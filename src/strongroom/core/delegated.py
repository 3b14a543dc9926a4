"""Logins of clients that know no tokens, by the credentials that their protocol has.

The engine says by which auth mounts.  The login is one that the request brings along: it is counted, audited and
limited as any other, its token serves this request alone, and its policies decide what that may do.

Source: https://developer.hashicorp.com/vault/api-docs/system/mounts#delegated_auth_accessors
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from strongroom.core.answer import Answer
from strongroom.core.attempt import Attempt
from strongroom.core.dispatch import engine_request
from strongroom.lib.errors import InvalidRequest, PermissionDenied, StrongroomError, Unauthenticated
from strongroom.sdk.delegates import Delegates
from strongroom.sdk.names import is_segment_name
from strongroom.sdk.request import Operation
from strongroom.services.exchange import ApiRequest, InlineLogin
from strongroom.services.mounts import AUTH

_HEADER = "authorization"
_BASIC = "basic "
_FAILED = "the login failed"


class Wanted(Exception):  # a turn of the request, no error
    """The request has to be logged in first.

    Args:
        challenge: what a client is told whose login fails; empty if it can do nothing about it.
    """

    def __init__(self, login: InlineLogin, challenge: str) -> None:
        super().__init__(login.path)
        self.login = login
        self.challenge = challenge


async def check(attempt: Attempt) -> None:
    """Ask the engine about a client without a token.

    Raises: `Wanted` if it has credentials for one of the auth mounts; `Unauthenticated` or `PermissionDenied` if not.
    """
    request, entry, match = attempt.request, attempt.entry, attempt.match
    if request.token or request.bearer is not None or not request.keeps_token:
        return
    if entry is None or entry.engine is None or match is None or not match.declaration.logs_in:
        return
    delegates = await entry.engine.delegates(engine_request(attempt, entry, ""), match)
    if delegates is None:
        return
    challenge = f'Basic realm="{delegates.realm or "strongroom"}", charset="UTF-8"' if delegates.password else ""
    raise Wanted(_login(attempt, delegates, challenge), challenge)


def _login(attempt: Attempt, delegates: Delegates, challenge: str) -> InlineLogin:
    request = attempt.request
    basic = request.headers.get(_HEADER, "")
    if basic.lower().startswith(_BASIC):
        if not delegates.password:
            raise PermissionDenied("passwords aren't accepted here: show a client certificate")
        user, password = _credentials(basic[len(_BASIC) :], challenge)
        path, data = f"{_mount(attempt, delegates.password, 'userpass')}login/{user}", {"password": password}
        return _inline(attempt, path, data)
    if request.certificates and delegates.certificate:
        data = {"name": delegates.certificate_role} if delegates.certificate_role else {}
        return _inline(attempt, f"{_mount(attempt, delegates.certificate, 'cert')}login", data)
    if challenge:
        raise Unauthenticated("log in with a user name and a password, or a client certificate", challenge=challenge)
    raise PermissionDenied("a client certificate is needed")


def _inline(attempt: Attempt, path: str, data: dict[str, Any]) -> InlineLogin:
    """The login, in the namespace that the request works in."""
    outer = f"{confined}/" if (confined := attempt.request.confined_to) else ""
    namespace = attempt.exchange.namespace.path.removeprefix(outer).strip("/")
    return InlineLogin(operation=Operation.UPDATE, path=path, namespace=namespace, data=data)


def _credentials(text: str, challenge: str) -> tuple[str, str]:
    """User name and password.  Source: RFC 7617, section 2"""
    try:
        user, colon, password = base64.b64decode(text.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        user, colon, password = "", "", ""
    if not colon or not is_segment_name(user):
        raise Unauthenticated("the user name and the password can't be read", challenge=challenge)
    return user, password


def _mount(attempt: Attempt, accessor: str, type_: str) -> str:
    """The path of an auth mount that the request's mount may have clients logged in by.  Raises `PermissionDenied`."""
    entry, target = attempt.entry, attempt.router.by_accessor.get(accessor)
    allowed = entry.record.config.delegated_auth_accessors or () if entry is not None else ()
    if accessor not in allowed:
        detail = f"the accessor {accessor} isn't among the delegated_auth_accessors of the mount"
    elif target is None or target.record.table != AUTH or target.record.type != type_:
        detail = f"the accessor {accessor} isn't that of an auth mount of the type {type_}"
    else:
        return target.record.full_path
    raise PermissionDenied("permission denied", detail=detail)


def without_credentials(request: ApiRequest) -> ApiRequest:
    """The request as engines and the audit log may see it."""
    headers = {name: value for name, value in request.headers.items() if name != _HEADER}
    return msgspec.structs.replace(request, headers=headers)


def failed(request: ApiRequest, error: StrongroomError, challenge: str) -> Answer:
    """The answer to a request whose login failed: what clients of HTTP understand, but for what isn't about it."""
    if isinstance(error, InvalidRequest | PermissionDenied) and challenge:
        error = Unauthenticated(_FAILED, challenge=challenge)
    elif isinstance(error, InvalidRequest | PermissionDenied):
        error = PermissionDenied(_FAILED)
    return Answer(request_id=request.id, operation=request.operation, error=error)
