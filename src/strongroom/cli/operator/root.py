"""The command `operator generate-root`."""

from __future__ import annotations

from typing import Any

from strongroom.cli import PROGRAM
from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.operator.init import pgp_keys
from strongroom.cli.operator.share import share_and_nonce
from strongroom.cli.text import columns, go_value
from strongroom.client.client import NOTHING
from strongroom.client.errors import Missing, Unsupported

_ORDER: tuple[str, ...] = ("nonce", "started", "progress", "required", "complete", "encoded_token")
_ORDER += ("encoded_root_token", "pgp_fingerprint", "otp", "otp_length")
_OTP_NOTE = """A One-Time-Password has been generated for you and is shown in the OTP field.
You will need this value to decode the resulting root token, so keep it safe."""


def _ask_server(call: Invocation, prefix: str, method: str, tail: str, body: Any = NOTHING) -> dict[str, Any]:
    """The answer of an endpoint of root generation: the one that asks for a token, else the one older servers have."""
    names = (
        ("generate-recovery-token",) if call.flags.on("recovery-token") else ("generate-root-token", "generate-root")
    )
    client = call.client()
    with call.doing(prefix):
        for name in names[:-1]:
            try:
                return _inner(client.request(method, f"sys/{name}/{tail}", body=body).json())
            except (Missing, Unsupported):
                continue
        return _inner(client.request(method, f"sys/{names[-1]}/{tail}", body=body).json())


def _inner(answer: dict[str, Any] | None) -> dict[str, Any]:
    """The state in an answer, which newer servers put into the API's envelope."""
    return (answer or {}).get("data") or answer or {}


def _show(call: Invocation, state: dict[str, Any]) -> int:
    if not call.table:
        return call.document({name: state[name] for name in _ORDER if name in state})
    lines = [
        ("Nonce", str(state.get("nonce") or "")),
        ("Started", go_value(state.get("started"))),
        ("Progress", f"{state.get('progress')}/{state.get('required')}"),
        ("Complete", go_value(state.get("complete"))),
    ]
    if state.get("pgp_fingerprint"):
        lines.append(("PGP Fingerprint", str(state["pgp_fingerprint"])))
    token = state.get("encoded_token") or state.get("encoded_root_token")
    if token:
        lines.append(("Encoded Token", str(token)))
    if state.get("otp"):
        lines.append(("OTP", str(state["otp"])))
    if state.get("otp_length") not in {None, "0", ""}:
        lines.append(("OTP Length", str(state["otp_length"])))
    call.terminal.out(columns(lines))
    return 0


def _generate_otp(call: Invocation) -> int:
    from strongroom.lib.rand import SystemRandom, base62  # noqa: PLC0415 - only this needs randomness

    length = int(_ask_server(call, "Error generating OTP: ", "GET", "attempt").get("otp_length") or 0)
    text = base62(SystemRandom(), length)
    if not call.table:
        return call.document({"otp": text, "otp_length": length})
    call.terminal.value(text)
    return 0


def _decode(call: Invocation, encoded: str) -> int:
    from base64 import b64decode  # noqa: PLC0415 - only this needs it

    otp = call.flags.text("otp")
    if not otp:
        raise Failure("Missing otp: use -otp to supply it")
    try:
        if set(encoded) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="):
            raise ValueError
        scrambled = b64decode(encoded.rstrip("=") + "=" * (-len(encoded.rstrip("=")) % 4))
    except ValueError:
        raise Failure(
            "Error decoding root token: error decoding base64'd token: illegal base64 data at input byte 0"
        ) from None
    if len(scrambled) != len(otp.encode()):
        raise Failure(
            f"Error decoding root token: error xoring token: length of byte slices is not equivalent: "
            f"{len(scrambled)} != {len(otp.encode())}"
        )
    token = bytes(left ^ right for left, right in zip(scrambled, otp.encode(), strict=True))
    shown = token.decode("utf-8", "surrogateescape")
    if not call.table:
        return call.document({"token": shown})
    call.terminal.value(shown)
    return 0


def _init(call: Invocation) -> int:
    keys = pgp_keys(call, "pgp-key")
    body = {"otp": call.flags.text("otp"), "pgp_key": keys[0] if keys else ""}
    state = _ask_server(call, "Error initializing root generation: ", "PUT", "attempt", body)
    _show(call, state)
    if state.get("otp") and call.table:
        call.terminal.warn(_OTP_NOTE)
    return 0


def _give_share(call: Invocation) -> int:
    state = _ask_server(call, "Error getting root generation status: ", "GET", "attempt")
    if not state.get("started"):
        raise Failure(
            f'No root generation is in progress. Start a root generation by running "{PROGRAM}\n'
            'operator generate-root -init".\n'
            "If starting root generation using the OTP method and generating your own OTP,\n"
            f"the length of the OTP string needs to be {state.get('otp_length')} characters in length."
        )
    share, nonce = share_and_nonce(call, state, "Operation", "the unseal key")
    answer = _ask_server(call, "Error posting unseal key: ", "PUT", "update", {"key": share, "nonce": nonce})
    answer.pop("otp_length", None)
    return _show(call, answer)


def _generate_root(call: Invocation) -> int:
    flags = call.flags
    if flags.on("generate-otp"):
        return _generate_otp(call)
    if flags.text("decode"):
        return _decode(call, flags.text("decode"))
    if flags.on("cancel"):
        _ask_server(call, "Error canceling root token generation: ", "DELETE", "attempt")
        call.terminal.out("Success! Root token generation canceled (if it was started)")
        return 0
    if flags.on("init"):
        return _init(call)
    if flags.on("status"):
        return _show(call, _ask_server(call, "Error getting root generation status: ", "GET", "attempt"))
    return _give_share(call)


_OPTIONS = (
    Flag("cancel", "Stop, and throw away the shares given so far.", "bool"),
    Flag("decode", "An encoded token to decode; needs -otp."),
    Flag("generate-otp", "Print a one-time password for -init.", "bool"),
    Flag("init", "Begin.", "bool"),
    Flag("nonce", "The number of the attempt that a share is for."),
    Flag("otp", "The one-time password that hides the token on its way."),
    Flag("pgp-key", "A file of the PGP key to encrypt the token with.", "strings"),
    Flag("recovery-token", "Make a recovery token instead.", "bool"),
    Flag("status", "Show how far it is.", "bool"),
)

COMMANDS = {
    "operator generate-root": Command(
        "operator generate-root [options] [KEY]",
        "Makes a new root token, if enough holders of key shares agree: one begins with -init, each gives a share, "
        "the last gets the encoded token and decodes it with the one-time password.",
        _generate_root,
        (FORMAT_ONLY, Group("Command Options", _OPTIONS)),
        Arity(0, 1),
        once=True,
    ),
}
