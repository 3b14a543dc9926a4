"""The commands `operator rekey` and `operator rotate-keys`: new key shares, by the older and the newer endpoints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from strongroom.cli import PROGRAM
from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.operator.init import pgp_keys
from strongroom.cli.operator.share import share_and_nonce
from strongroom.cli.text import go_value, pairs, wrap

_ORDER: tuple[str, ...] = ("nonce", "started", "t", "n", "progress", "required", "pgp_fingerprints", "backup")
_ORDER += ("verification_required", "verification_nonce")
_EMPTY = {"backup": False, "verification_required": False, "verification_nonce": "", "nonce": "", "progress": 0}
_LOST = """WARNING! If you lose the keys after they are returned, there is no recovery.
Consider canceling this operation and re-initializing with the -pgp-keys flag
to protect the returned unseal keys along with -backup to allow recovery of
the encrypted keys in case of emergency. You can delete the stored keys later
using the -delete flag."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the two commands call things."""

    command: str
    noun: str
    gerund: str
    status: str
    barrier: str
    recovery: str
    init_method: str
    backup: str

    def path(self, call: Invocation, tail: str) -> str:
        """An endpoint for the target that the flags name.  Raises `Failure`."""
        match call.flags.text("target").strip().lower():
            case "" | "barrier":
                return f"sys/{self.barrier}/{tail}"
            case "recovery" | "hsm":
                return f"sys/{self.recovery}/{tail}"
            case other:
                raise Failure(f"Unknown target: {other}")


REKEY = Dialect("rekey", "rekey", "rekeying", "rekey", "rekey", "rekey-recovery-key", "PUT", "rekey backed up keys")
ROTATE = Dialect(
    "rotate-keys", "rotation", "rotation", "rotate", "rotate/root", "rotate/recovery", "POST", "rotation backed up keys"
)


def _show_state(call: Invocation, state: dict[str, Any], *, verifying: bool = False) -> int:
    if not call.table:
        order = _ORDER[:5] if verifying else _ORDER
        return call.document({name: state.get(name, _EMPTY.get(name)) for name in order})
    if verifying:
        lines = [
            ("Started", go_value(state.get("started"))),
            ("New Shares", go_value(state.get("n"))),
            ("New Threshold", go_value(state.get("t"))),
            ("Verification Nonce", str(state.get("nonce") or "")),
            ("Verification Progress", f"{state.get('progress')}/{state.get('t')}"),
        ]
    else:
        lines = [("Nonce", str(state.get("nonce") or "")), ("Started", go_value(state.get("started")))]
        if state.get("started"):
            lines += [
                ("Progress", f"{state.get('progress')}/{state.get('required')}"),
                ("New Shares", go_value(state.get("n"))),
                ("New Threshold", go_value(state.get("t"))),
                ("Verification Required", go_value(state.get("verification_required"))),
            ]
            if state.get("verification_nonce"):
                lines.append(("Verification Nonce", go_value(state["verification_nonce"])))
    if state.get("pgp_fingerprints"):
        lines += [("PGP Fingerprints", go_value(state["pgp_fingerprints"])), ("Backup", go_value(state.get("backup")))]
    call.terminal.out(pairs(lines))
    return 0


def _init(call: Invocation, dialect: Dialect) -> int:
    keys = pgp_keys(call, "pgp-keys")
    body = {
        "secret_shares": call.flags.number("key-shares"),
        "secret_threshold": call.flags.number("key-threshold"),
        "pgp_keys": keys,
        "backup": call.flags.on("backup"),
        "require_verification": call.flags.on("verify"),
    }
    path = dialect.path(call, "init")
    with call.doing(f"Error initializing {dialect.noun}: "):
        answer = call.client().write(path, body, method=dialect.init_method) or {}
    if call.table:
        if not keys:
            call.terminal.warn(_LOST)
        call.terminal.out("")
    return _show_state(call, answer.get("data") or answer)


def _status(call: Invocation, dialect: Dialect, tail: str) -> dict[str, Any]:
    path = dialect.path(call, tail)
    verb = f"reading {dialect.status}" if call.flags.on("status") else f"getting {dialect.noun}"
    with call.doing(f"Error {verb} status: "):
        state = call.client().read(path) or {}
    return dict(state.get("data") or state)


def _cancel(call: Invocation, dialect: Dialect, tail: str) -> int:
    path = dialect.path(call, tail)
    with call.doing(f"Error canceling {dialect.noun}: "):
        call.client().delete(path)
    call.terminal.out(f"Success! Canceled {dialect.gerund} (if it was started)")
    return 0


def _give_share(call: Invocation, dialect: Dialect, tail: str) -> int:
    client = call.client()
    state = _status(call, dialect, f"{tail}")
    if not state.get("started"):
        article = "a rekey" if dialect is REKEY else "a rotation"
        command = f"{PROGRAM} operator {dialect.command} -init"
        text = f'No {dialect.noun} is in progress. Start {article} process by running "{command}".'
        raise Failure(wrap(text))
    share, nonce = share_and_nonce(call, state, f"{dialect.noun.capitalize()} operation", "an unseal key")
    path = dialect.path(call, "verify" if tail == "verify" else "update")
    with call.doing("Error posting unseal key: "):
        answer = client.write(path, {"key": share, "nonce": nonce}) or {}
    answer = answer.get("data") or answer
    if not answer.get("complete"):
        return _show_state(call, _status(call, dialect, tail), verifying=tail == "verify")
    return _show_done(call, dialect, state, answer)


def _show_done(call: Invocation, dialect: Dialect, state: dict[str, Any], answer: dict[str, Any]) -> int:
    if not call.table:
        return call.document(answer)
    out = call.terminal.out
    if call.flags.on("verify"):
        out(wrap(f"{dialect.noun.capitalize()} verification successful. The new key shares are valid from now on."))
        return 0
    out("")
    prints = answer.get("pgp_fingerprints") or []
    for number, key in enumerate(answer.get("keys_base64") or [], 1):
        fingerprint = f" fingerprint: {prints[number - 1]}; value:" if prints else ":"
        out(f"Key {number}{fingerprint} {key}")
    out("")
    out(f"Operation nonce: {answer.get('nonce')}\n")
    shares, threshold = go_value(state.get("n")), go_value(state.get("t"))
    if answer.get("verification_required"):
        out(
            wrap(
                f"Strongroom has created a new unseal key, split into {shares} key shares and a key threshold of "
                f"{threshold}. These will not be active until after verification is complete. Verify them with "
                f'"{PROGRAM} operator {dialect.command} -verify", nonce {answer.get("verification_nonce")}.'
            )
        )
        return 0
    done = "rotated" if dialect is ROTATE else "rekeyed"
    out(
        wrap(
            f"Strongroom unseal keys {done} to {shares} key shares and a key threshold of {threshold}. Please "
            "securely distribute the key shares printed above. When Strongroom is re-sealed, restarted, or stopped, "
            f"you must supply at least {threshold} of these keys to unseal it before it can start servicing requests."
        )
    )
    return 0


def _backup(call: Invocation, dialect: Dialect) -> int:
    path = dialect.path(call, "backup")
    if call.flags.on("backup-delete"):
        with call.doing(f"Error deleting {dialect.backup}: "):
            call.client().delete(path)
        call.terminal.out("Success! Deleted backed up keys (if they existed)")
        return 0
    with call.doing(f"Error retrieving {dialect.backup}: "):
        answer = call.client().request("GET", path).json()
    return call.answer(answer)


def _run(call: Invocation, dialect: Dialect) -> int:
    flags = call.flags
    tail = "verify" if flags.on("verify") and not flags.on("init") else "init"
    if flags.on("backup-delete") or flags.on("backup-retrieve"):
        return _backup(call, dialect)
    if flags.on("cancel"):
        return _cancel(call, dialect, tail)
    if flags.on("init"):
        return _init(call, dialect)
    if flags.on("status"):
        return _show_state(call, _status(call, dialect, tail), verifying=tail == "verify")
    return _give_share(call, dialect, tail)


def _rekey(call: Invocation) -> int:
    return _run(call, REKEY)


def _rotate_keys(call: Invocation) -> int:
    return _run(call, ROTATE)


_GROUPS = (
    FORMAT_ONLY,
    Group(
        "Common Options",
        (
            Flag("cancel", "Stop, and throw away the shares given so far.", "bool"),
            Flag("init", "Begin.", "bool"),
            Flag("key-shares", "How many key shares to make.", "int", default=5, aliases=("n",)),
            Flag("key-threshold", "How many of the key shares are needed to unseal.", "int", default=3, aliases=("t",)),
            Flag("nonce", "The number of the operation that a share is for."),
            Flag("pgp-keys", "Files of PGP keys to encrypt the shares with.", "strings"),
            Flag("status", "Show how far it is.", "bool"),
            Flag("target", "barrier or recovery.", default="barrier"),
            Flag("verify", "With -init: ask for the new shares before they count. Else: give one of them.", "bool"),
        ),
    ),
    Group(
        "Backup Options",
        (
            Flag("backup", "Keep a copy of the encrypted shares; needs -pgp-keys.", "bool"),
            Flag("backup-delete", "Delete that copy.", "bool"),
            Flag("backup-retrieve", "Print that copy.", "bool"),
        ),
    ),
)
_HELP = (
    "Makes new key shares, if enough holders of the present ones agree: one begins with -init, each gives a share "
    "with the nonce that was printed, and the last gets the new shares."
)

COMMANDS = {
    "operator rekey": Command("operator rekey [options] [KEY]", _HELP, _rekey, _GROUPS, Arity(0, 1), once=True),
    "operator rotate-keys": Command(
        "operator rotate-keys [options] [KEY]", _HELP, _rotate_keys, _GROUPS, Arity(0, 1), once=True
    ),
}
