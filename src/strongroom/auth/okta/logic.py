"""What Okta's answers mean (p).

Source: https://developer.okta.com/docs/reference/api/authn/
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from strongroom.auth.okta.records import Config
from strongroom.lib.errors import InvalidCredentials, InvalidRequest, PermissionDenied, UnsupportedPath, UpstreamFailed
from strongroom.lib.letters import lowered
from strongroom.sdk.routing import UNSUPPORTED_PATH

OKTA = "Okta"
DEFAULT_BASE_URL, PREVIEW_BASE_URL = "okta.com", "oktapreview.com"
PUSH, TOTP = "push", "token:software:totp"
PROVIDERS = frozenset({"GOOGLE", "OKTA"})
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_NAME = re.compile(r"[^\x00-\x1f\x7f/]{1,512}")
_DONE = frozenset({"SUCCESS", "PASSWORD_WARN"})
_PASSED_OVER = _DONE | {"MFA_REQUIRED", "MFA_CHALLENGE", "MFA_ENROLL", "MFA_ENROLL_ACTIVATE", "PASSWORD_EXPIRED"}
"""The states that `bypass_okta_mfa` takes for success.  In each, the password has been right."""


class Person(msgspec.Struct, frozen=True):
    """Who has logged in, as Okta names them."""

    id: str
    login: str
    """In lower case: Okta doesn't distinguish."""
    groups: tuple[str, ...] | None = None
    """Their groups; None if Okta can't be asked for them."""
    warnings: tuple[str, ...] = ()


class State(msgspec.Struct, frozen=True):
    """Where an authentication stands."""

    status: str
    state_token: str
    result: str
    """Of the factor, while one is waited for."""
    document: dict[str, Any]

    def __repr__(self) -> str:
        return f"State({self.status}, {self.result})"


def name_of(text: str) -> str:
    """The name of a user or group in its one spelling.  Raises `UnsupportedPath` for what is none."""
    if _NAME.fullmatch(text) is None or text != text.strip():
        raise UnsupportedPath(UNSUPPORTED_PATH)
    return lowered(text)


def origin(config: Config) -> str:
    """Scheme and host of the organization."""
    otherwise = PREVIEW_BASE_URL if config.production is False else DEFAULT_BASE_URL
    return f"https://{config.org_name}.{config.base_url or otherwise}"


def check_host(org_name: str, base_url: str) -> None:
    """Raise `InvalidRequest` for names that could lead the passwords to another host than they seem to."""
    if _LABEL.fullmatch(org_name) is None:
        raise InvalidRequest("org_name is no name of an organization: letters, digits and dashes")
    host, colon, port = base_url.partition(":")
    if base_url and (
        not all(_LABEL.fullmatch(label) for label in host.split("."))
        or bool(colon) is not bool(port)
        or (port and not (port.isdecimal() and port.isascii() and 0 < int(port[:6]) < 65536))
    ):
        raise InvalidRequest("error parsing given base_url: it is a domain, such as okta.com")


def state_of(status: int, answer: Any) -> State:
    """The state that an answer of the authentication API holds.

    Raises: `InvalidCredentials` for a wrong name or password; `PermissionDenied` for a wrong code; `UpstreamFailed`.
    """
    document = mapping(answer)
    if status in {401, 403}:
        # E0000068 is a wrong code, and a factor that was used too often; all else a wrong password.
        if document.get("errorCode") == "E0000068":
            raise PermissionDenied("the second factor was denied")
        raise InvalidCredentials("okta auth failed")
    if status != 200:
        raise UpstreamFailed(f"{OKTA} refused the request", detail=f"status {status}")
    texts = {name: document.get(name, "") for name in ("status", "stateToken", "factorResult")}
    if not all(isinstance(text, str) for text in texts.values()) or not texts["status"]:
        raise UpstreamFailed(f"{OKTA} gave no usable answer", detail="no status")
    return State(texts["status"], texts["stateToken"], texts["factorResult"], document)


def is_done(state: State, *, bypass: bool) -> bool:
    """Whether nothing more has to be proved.

    Raises: `PermissionDenied` for a state that is neither that nor one in which a factor is to be proved.
    """
    if state.status in _DONE or (bypass and state.status in _PASSED_OVER):
        return True
    if state.status == "MFA_REQUIRED":
        return False
    reasons = {
        "LOCKED_OUT": "the account is locked out",
        "MFA_ENROLL": "MFA enrollment is needed",
        "MFA_ENROLL_ACTIVATE": "MFA enrollment is not finished",
        "PASSWORD_EXPIRED": "the password is expired",
    }
    raise PermissionDenied(f"okta auth failed: {reasons.get(state.status, 'the account is not ready to log in')}")


def person_of(state: State) -> Person:
    """The user that a state is about."""
    user = mapping(mapping(state.document.get("_embedded")).get("user"))
    login = mapping(user.get("profile")).get("login")
    if not isinstance(login, str) or _NAME.fullmatch(login) is None:
        raise UpstreamFailed(f"{OKTA} gave no usable answer", detail="a user without a login")
    return Person(text_of(user, "id"), lowered(login))


def factor_of(state: State, *, code: bool, provider: str) -> str:
    """The id of the factor to prove: an app's code if there is one to send, else a push.

    Raises: `InvalidRequest` where the provider has to be named; `PermissionDenied` if the user has no such factor.
    """
    wanted = TOTP if code else PUSH
    found: dict[str, str] = {}
    listed = mapping(state.document.get("_embedded")).get("factors")
    for factor in map(mapping, listed if isinstance(listed, list) else []):
        if factor.get("factorType") == wanted and factor.get("status", "ACTIVE") == "ACTIVE":
            maker = factor.get("provider")
            found.setdefault(maker if isinstance(maker, str) else "", text_of(factor, "id"))
    if code and provider:
        found = {maker: id_ for maker, id_ in found.items() if maker == provider}
    if len(found) > 1 and code:
        makers = ", ".join(sorted(PROVIDERS & found.keys()))
        raise InvalidRequest(f"the user has codes of several providers; name one as provider: {makers}")
    if not found:
        raise PermissionDenied(f"okta auth failed: the user has no active factor of the type {wanted}")
    return found.get("OKTA") or next(iter(found.values()))


def correct_answer(state: State) -> int | None:
    """The number to choose on the phone, if Okta asks for one."""
    value: Any = state.document
    for name in ("_embedded", "factor", "_embedded", "challenge", "correctAnswer"):
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1000 else None


def groups_of(answers: Iterable[Any]) -> tuple[str, ...]:
    """The names of groups."""
    names = [mapping(mapping(answer).get("profile")).get("name") for answer in answers]
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str) and name))


def text_of(document: dict[str, Any], name: str) -> str:
    """A text that has to be there, and may stand in a path."""
    value = document.get(name)
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,128}", value):
        raise UpstreamFailed(f"{OKTA} gave no usable answer", detail=f"no {name}")
    return value


def mapping(value: Any) -> dict[str, Any]:
    """A JSON object.  Raises `UpstreamFailed` for anything else."""
    if not isinstance(value, dict):
        raise UpstreamFailed(f"{OKTA} gave no usable answer", detail="not an object")
    return value
