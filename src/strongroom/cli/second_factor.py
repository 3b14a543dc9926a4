"""The second phase of a login that needs a second factor: asks for the passcode, or waits for a push.

Source: https://developer.hashicorp.com/vault/docs/auth/login-mfa
"""

from __future__ import annotations

from typing import Any

from strongroom.cli import PROGRAM
from strongroom.cli.invocation import Invocation
from strongroom.cli.prompt import NoTerminal, ask_hidden
from strongroom.client.client import Client

PENDING = """A login request was issued that is subject to MFA validation. Please make sure
to validate the login by sending another request to sys/mfa/validate endpoint.
"""
_BEGUN = "Initiating Interactive MFA Validation..."
_QUESTION = 'Enter the passphrase for methodID "{id}" of type "{type}": '
_PUSHED = "Waiting for the confirmation of the push notification of the MFA method {id} of type {type}."


def requirement(answer: dict[str, Any]) -> dict[str, Any] | None:
    """What a login still has to prove, None if it has its token.  (p)"""
    return (answer.get("auth") or {}).get("mfa_requirement") or None


def only_method(wanted: dict[str, Any]) -> dict[str, Any] | None:
    """The method that proves everything that is wanted; None if somebody has to choose, or several are needed.  (p)"""
    constraints = list((wanted.get("mfa_constraints") or {}).values())
    choices = [method for constraint in constraints for method in constraint.get("any") or ()]
    return choices[0] if len(constraints) == 1 and len(choices) == 1 else None


def _enrolling(call: Invocation, request_id: str, method_id: str) -> str:
    """What somebody does who has no secret yet."""
    namespace = call.flags.text("namespace")
    return (
        "Note: no authenticator app is enrolled for you yet. In another terminal,\n\n"
        f"  {PROGRAM} write {f'-ns={namespace} ' if namespace else ''}-field=url "
        f"identity/mfa/method/totp/self-enroll mfa_request_id={request_id} mfa_method_id={method_id}\n\n"
        "prints what the app takes. Then enter its code here."
    )


def complete(call: Invocation, client: Client, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer of the second phase; the given one where nobody can be asked, or nothing is to be proved.

    Raises: `ClientError` as the request does.
    """
    wanted = requirement(answer)
    method = only_method(wanted) if wanted else None
    if wanted is None or method is None or call.flags.on("non-interactive"):
        return answer
    codes = []
    if method.get("uses_passcode"):
        if not call.stdin.isatty():
            return answer
        call.terminal.warn(_BEGUN)
        if method.get("self_enrollment_enabled"):
            call.terminal.warn(_enrolling(call, str(wanted["mfa_request_id"]), str(method["id"])))
        try:
            codes = [ask_hidden(_QUESTION.format(**method))]
        except NoTerminal:
            return answer
    else:
        call.terminal.warn(_PUSHED.format(**method))
    body = {"mfa_request_id": wanted["mfa_request_id"], "mfa_payload": {method["id"]: codes}}
    proved = client.write("sys/mfa/validate", body)
    return dict(proved or {})
