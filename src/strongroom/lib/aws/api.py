"""Signed requests to the services of AWS that speak the query protocol: IAM, STS and EC2.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

import msgspec

from strongroom.lib.aws.credentials import Credentials
from strongroom.lib.aws.endpoints import Target
from strongroom.lib.aws.signing import Message, ready, signed
from strongroom.lib.aws.xml import Element, parse_xml
from strongroom.lib.errors import Unreachable, UpstreamFailed
from strongroom.lib.outgoing import Http, Reply, Slots
from strongroom.lib.redaction import Redaction

TOTAL_S = 20.0
DEFAULT_RETRIES = 2
MOST_RETRIES = 10
_FIRST_PAUSE_S = 0.2
_FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
_CODE = re.compile(r"[A-Za-z0-9.]{1,80}")
_TEMPORARY = frozenset({429, 500, 502, 503, 504})
_THROTTLED = frozenset({"Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"})
_EXPLAINED = frozenset(
    {
        "AccessDenied",
        "ConcurrentModification",
        "DeleteConflict",
        "EntityAlreadyExists",
        "InvalidInput",
        "LimitExceeded",
        "MalformedPolicyDocument",
        "NoSuchEntity",
        "PackedPolicyTooLarge",
        "ValidationError",
    }
)
"""Reasons whose explanation may be logged.  That of a wrong signature repeats the headers that were signed."""
_EXPLANATION = 400
_READ = 4096
"""A longer one isn't logged: where it was cut, a part of a secret could stay."""
_SECRET = ("ExternalId", "TokenCode")
"""Parameters that people keep secret.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""


class AwsRefused(UpstreamFailed):
    """AWS refused a request.

    Args:
        action: that was asked for. code: AWS's name of the reason, as `NoSuchEntity`.
        explanation: AWS's own, for the log; empty for none.
    """

    def __init__(self, action: str, code: str, status: int, explanation: str = "") -> None:
        super().__init__(f"AWS refused {action}: {code}", detail=f"AWS refused {action}: {code} {explanation}".strip())
        self.action = action
        self.code = code
        self.status = status


class AwsBusy(AwsRefused, Unreachable):
    """AWS couldn't serve a request now, so whether it would have refused isn't known."""


class Call(msgspec.Struct, frozen=True):
    """One action of a service."""

    action: str
    version: str
    parameters: Mapping[str, str] = {}
    repeatable: bool = True
    """Whether doing it twice is as doing it once.  Of another action, only what wasn't begun is tried again."""


class AwsApi:
    """Asks the services.

    Args:
        http: sends the requests. slots: the places before each service. pause: waits some seconds before a repetition.
    """

    def __init__(
        self,
        http: Http | None = None,
        slots: Slots | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.http = http or Http("AWS", total_s=TOTAL_S)
        self.slots = slots or Slots("AWS")
        self.pause = pause

    async def ask(self, target: Target, credentials: Credentials, call: Call, retries: int = -1) -> Element:
        """The outermost element of the answer.

        Args:
            retries: how often a failure that may pass is tried again; -1 for the usual number.

        Raises: `AwsRefused` with AWS's code, `UpstreamFailed` if there is no usable answer.
        """
        content = urlencode({"Action": call.action, "Version": call.version, **call.parameters}).encode()
        most = DEFAULT_RETRIES if retries < 0 else min(retries, MOST_RETRIES)
        for attempt in range(most + 1):
            if attempt:
                await self.pause(_FIRST_PAUSE_S * 2 ** (attempt - 1))
            reply = await self._sent(target, credentials, content)
            if reply.status == 200:
                return parse_xml(reply.body)
            code, explanation = reason(reply.body)
            passing = code in _THROTTLED or reply.status in _TEMPORARY
            if attempt == most or not passing or not (call.repeatable or code in _THROTTLED):
                break
        explanation = Redaction(_secrets(credentials, call)).text(explanation)[:_EXPLANATION]
        raise (AwsBusy if passing else AwsRefused)(call.action, code, reply.status, explanation)

    async def _sent(self, target: Target, credentials: Credentials, content: bytes) -> Reply:
        await ready()
        headers = signed(target, credentials, Message("POST", target.url, _FORM, content))
        async with self.slots.place(target.host, total_s=TOTAL_S):
            return await self.http.ask("POST", target.url, headers=headers, content=content)


def error_code(body: bytes) -> str:
    """AWS's name of a reason, out of the body of an error; `Unknown` if it has none."""
    return reason(body)[0]


def reason(body: bytes) -> tuple[str, str]:
    """AWS's name of a reason, and its explanation if that may be logged."""
    try:
        root = parse_xml(body)
    except UpstreamFailed:
        return "Unknown", ""
    found = root if root.name == "Error" else root.child("Error") or root.child("Errors", "Error")
    code = "" if found is None else found.value("Code")
    if found is None or not _CODE.fullmatch(code):
        return "Unknown", ""
    message = found.value("Message") if code in _EXPLAINED else ""
    return code, message if len(message) <= _READ and message.isprintable() else ""


def _secrets(credentials: Credentials, call: Call) -> list[str]:
    """What no explanation may repeat.  That of `ValidationError` repeats the value of a parameter."""
    own = [credentials.secret_key, credentials.session_token]
    return own + [call.parameters[name] for name in _SECRET if name in call.parameters]
