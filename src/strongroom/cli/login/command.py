"""The command `login`."""

from __future__ import annotations

from typing import Any

from strongroom.cli import PROGRAM, second_factor
from strongroom.cli.command import OUTPUT, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.login import table
from strongroom.cli.login.method import Attempt
from strongroom.cli.paths import clean
from strongroom.cli.prompt import NoTerminal, ask_hidden
from strongroom.cli.render import SecretAnswer
from strongroom.cli.token_store import TokenStoreError
from strongroom.client.client import Client
from strongroom.client.login.error import LoginError
from strongroom.client.settings import named, parse_bool

_NOBODY = (
    "An error occurred attempting to ask for a token. The raw error message is shown below, but usually this is "
    "because you attempted to pipe a value into the command or you are executing outside of a terminal (tty). If you "
    'want to pipe the value, pass "-" as the argument to read from stdin. The raw error was: '
)
_UNKNOWN = """Unknown auth method: {method}. Use "{program} auth list" to see the complete list of
auth methods. Additionally, some auth methods are only available via the HTTP
API."""
_NOT_SERVED = """The auth method {method} isn't served here. See "{program} auth help TYPE" for those that are:
{names}."""
_NO_TEXT = "Error parsing configuration: '{name}' must be one text; it was given more than once, or as a list"
_UNREAD = "Note: this login reads no '{name}'. It reads: {names}."
_PASSED_ON = "Note: this login usually takes {names}. '{name}' is sent to the server as it is."
_SUCCESS = f"""Success! You are now authenticated. The token information displayed below is
already stored in the token helper. You do NOT need to run "{PROGRAM} login" again.
Future Strongroom requests will automatically use this token.
"""
_SUCCESS_NOT_STORED = "Success! You are now authenticated. The token information is displayed below.\n"
_NOT_STORED = """The token was not stored in token helper. Set the STRONGROOM_TOKEN environment
variable or pass the token below with each request to Vault.
"""
_NOT_KEPT = """Authentication was successful, but the token was not persisted. The resulting
token is shown below for your records.
"""
_NOT_KEPT_NOR_SHOWN = """Authentication was successful, but the token was not persisted, and -no-print
forbids to show it: nobody has it. Mend the token helper and log in again.
"""
_NOTHING_GIVEN = "a token must be passed to auth, please view the help for more information"
_SHADOWED = """WARNING! The {name} environment variable is set! The value of this variable
will take precedence; if this is unwanted please unset {name} or update its
value accordingly.
"""


def _method(call: Invocation) -> str:
    return call.flags.text("method").strip() or "token"


def _words(call: Invocation) -> dict[str, Any]:
    """The login's data: for tokens, the first word may be the token itself, or - for standard input."""
    words = call.data_words(after=0)
    given: dict[str, Any] = {}
    if _method(call) == "token" and words and (words[0] == "-" or "=" not in words[0]):
        # A token is no word to be read: it may begin with what stands for a file, and errors repeat words.
        word = words.pop(0)
        given["token"] = call.stdin.read().strip() if word == "-" else word
    return {**given, **call.data(words, "Error parsing configuration: ")}


def _ask(call: Invocation, name: str, question: str) -> str:
    if call.flags.on("non-interactive"):
        missing = "not supplied" if _method(call) == "token" else "must be specified"
        raise Failure(f"Error authenticating: '{name}' {missing} and refusing to pull from stdin", 2)
    try:
        return ask_hidden(question)
    except NoTerminal as error:
        prefix = _NOBODY if _method(call) == "token" else ""
        raise Failure(f"Error authenticating: {prefix}{error}", 2) from error


def _by_token(call: Invocation, client: Client, data: dict[str, Any]) -> dict[str, Any]:
    token = str(data["token"]) if "token" in data else _ask(call, "token", "Token (will be hidden): ")
    if not token:
        raise Failure(f"Error authenticating: {_NOTHING_GIVEN}", 2)
    try:
        lookup = parse_bool(str(data.get("lookup", "true")))
    except ValueError as error:
        raise Failure(f'Error authenticating: Failed to parse "lookup" as boolean: {error}', 2) from error
    if not lookup:
        return {"auth": {"client_token": token}}
    with call.doing("Error authenticating: error looking up token: "):
        answer = client.with_token(token).without_wrapping().request("GET", "auth/token/lookup-self").json()
    known = (answer or {}).get("data") or {}
    return {
        "auth": {
            "client_token": known.get("id"),
            "accessor": known.get("accessor"),
            "policies": known.get("policies"),
            "token_policies": known.get("policies"),
            "identity_policies": known.get("identity_policies"),
            "metadata": known.get("meta"),
            "lease_duration": known.get("ttl", 0),
            "renewable": known.get("renewable", False),
        }
    }


def _by_method(call: Invocation, client: Client, method: str, data: dict[str, Any]) -> dict[str, Any]:
    mount = clean(call.flags.text("path") or str(data.pop("mount", "") or method))
    known = table.METHODS[method]
    for name, value in data.items():
        if isinstance(value, list):
            raise Failure(_NO_TEXT.format(name=name))
        if name not in known.fields:
            text = _UNREAD if known.closed else _PASSED_ON
            call.terminal.warn(text.format(name=name, names=", ".join(sorted(known.fields))))
    anonymous = client.with_token("")
    attempt = Attempt(
        mount,
        data,
        client=anonymous,
        environment=call.environment,
        ask=lambda name, question: _ask(call, name, question),
        say=call.terminal.warn,
        previews=call.previews(),
    )
    with call.doing("Error authenticating: "):
        try:
            answer = second_factor.complete(call, anonymous, known.log_in(attempt))
        except LoginError as error:
            raise Failure(f"Error authenticating: {error}", 2) from error
        if answer.get("wrap_info") and not call.previews():
            wrapped = str(answer["wrap_info"]["token"])
            answer = anonymous.with_token(wrapped).without_wrapping().write("sys/wrapping/unwrap", None) or {}
    if not answer.get("auth"):
        raise Failure("Vault returned a secret, but the secret has no authentication information attached.", 2)
    return dict(answer)


def _unfinished(call: Invocation, answer: dict[str, Any]) -> int:
    """Show what a login still has to prove.  Raises `Failure` where only the token was wanted."""
    flags = call.flags
    if flags.on("token-only") or flags.on("no-print") or flags.text("field") == "token":
        raise Failure(f"Error authenticating: there is no token yet.\n{second_factor.PENDING}", 2)
    call.terminal.warn(second_factor.PENDING)
    return call.answer(answer)


def _keep(call: Invocation, token: str) -> bool:
    """Keep the token for later commands; whether that went well."""
    try:
        call.token_store().put(token)
    except TokenStoreError as error:
        call.terminal.error(f"Error storing token: {error}")
        call.terminal.error(_NOT_KEPT_NOR_SHOWN if call.flags.on("no-print") else _NOT_KEPT)
        return False
    name, value = named(call.environment, "TOKEN")
    if value and not call.flags.on("token-only"):
        call.terminal.warn(_SHADOWED.format(name=name))
    return True


def _login(call: Invocation) -> int:
    flags = call.flags
    quiet = flags.on("no-print")
    store = not flags.on("no-store") and not flags.on("token-only")
    if not store and quiet:
        raise Failure("-no-store and -no-print cannot be used together")
    method = _method(call)
    if method in table.NOT_SERVED:
        raise Failure(_NOT_SERVED.format(method=method, program=PROGRAM, names=", ".join(table.names())))
    if method not in table.names():
        raise Failure(_UNKNOWN.format(method=method, program=PROGRAM))
    data = _words(call)
    if not quiet:
        call.terminal.require()
    # A token kept earlier, readable or not, is no part of logging in.
    client = call.client(kept_token=False)
    answer = _by_token(call, client, data) if method == "token" else _by_method(call, client, method, data)
    if second_factor.requirement(answer):
        return _unfinished(call, answer)
    secret, token = SecretAnswer(answer), str(answer["auth"]["client_token"])
    if flags.on("token-only"):
        return call.value(token)
    if store and not _keep(call, token):
        if not quiet:
            call.secret(secret)
        return 2
    if not store:
        call.terminal.warn(_NOT_STORED)
    if quiet:
        return 0
    if name := flags.text("field"):
        return call.field(secret, name)
    if call.table:
        call.terminal.out(_SUCCESS if store else _SUCCESS_NOT_STORED)
    return call.secret(secret)


COMMANDS = {
    "login": Command(
        "login [options] [AUTH K=V...]",
        "Logs in and keeps the token for later commands. By default the argument is a token; without one it is asked "
        "for. What K=V a method takes is told by `strongroom auth help TYPE`.\n\n"
        "$ strongroom login -method=userpass username=eva",
        _login,
        (
            OUTPUT,
            Group(
                "Command Options",
                (
                    Flag("method", "The auth method's type.", default="token"),
                    Flag("no-print", "Keep the token without showing it.", "bool"),
                    Flag("no-store", "Show the token without keeping it.", "bool"),
                    Flag("path", "Where the auth method is mounted; by default at its type's name."),
                    Flag("token-only", "Print the token and nothing else, and don't keep it.", "bool"),
                ),
            ),
        ),
        Arity(0, None),
    ),
}
