"""A key share from the command line, from standard input or from a prompt, and its attempt's nonce."""

from __future__ import annotations

from typing import Any

from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation
from strongroom.cli.prompt import NoTerminal, ask_hidden
from strongroom.cli.text import wrap

QUESTION = "Unseal Key (will be hidden): "
_BY_FLAG = "nonce via the -nonce flag"
REFUSED = "Refusing to read from stdin with -non-interactive specified; specify "


def share_and_nonce(call: Invocation, state: dict[str, Any], operation: str, which: str) -> tuple[str, str]:
    """The share that a holder gives to an operation, and the operation's nonce.  Raises `Failure`.

    Args:
        state: the operation, as the server describes it.
        operation: what stands before `nonce` where the nonce is shown.
        which: the share, with its article.
    """
    nonce = call.flags.text("nonce")
    share = call.arguments[0].strip() if call.arguments else ""
    if not nonce and share:
        raise Failure("Missing nonce value: specify it via the -nonce flag")
    if share == "-":
        share = call.stdin.read().strip()
    if share:
        return share, nonce
    if call.flags.on("non-interactive"):
        raise Failure(wrap(REFUSED + ("unseal key as an argument to this command" if nonce else _BY_FLAG)))
    nonce = str(state.get("nonce"))
    call.terminal.warn(f"{operation} nonce: {nonce}")
    try:
        return ask_hidden(QUESTION).strip(), nonce
    except NoTerminal as error:
        raise Failure(f"An error occurred attempting to ask for {which}: {error}") from error
