"""The command `agent generate-config`: a configuration that puts secrets into a program's environment.

Source: https://developer.hashicorp.com/vault/docs/agent-and-proxy/agent/generate-config
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from strongroom.agent.generating.text import configuration
from strongroom.agent.generating.variables import FoundSecret, variables_of
from strongroom.cli import PROGRAM
from strongroom.cli.command import Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.kv.mount import Place, locate
from strongroom.client.errors import Missing

_TYPE = "env-template"
_DEFAULT_FILE = "agent.hcl"
_ALL_BELOW = "/*"
_MOST_SECRETS = 1000
_WARNING = (
    "Warning: the file logs in with a token from a file, which ends with the token's last time. Choose another method "
    "of auto_auth where the agent is to run for long."
)


def _generate(call: Invocation) -> int:
    if call.flags.text("type") != _TYPE:
        raise Failure(f'Please specify a -type flag; currently only -type="{_TYPE}" is supported.', 1)
    try:
        command = shlex.split(call.flags.text("exec"))
    except ValueError as error:
        raise Failure(f"-exec is no command line: {error}", 1) from error
    file = Path(call.arguments[0] if call.arguments else _DEFAULT_FILE)
    found: list[FoundSecret] = []
    for path in call.flags.many("path"):
        found += _secrets(call, path)
        if len(found) > _MOST_SECRETS:
            raise Failure(f"more than {_MOST_SECRETS} secrets are below the paths: name fewer", 2)
    text = configuration(
        str(Path("~/.vault-token").expanduser()),
        call.settings().address,
        variables_of(found),
        command,
    )
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(f"could not write {file}: {error.strerror}", 2) from error
    call.terminal.out(f'Successfully generated "{file}" configuration file!')
    call.terminal.warn(_WARNING)
    return 0


def _secrets(call: Invocation, path: str) -> Iterator[FoundSecret]:
    """The secret at a path; of one that ends in `/*`, all below it."""
    below = path.endswith(_ALL_BELOW)
    place = locate(call, path.removesuffix(_ALL_BELOW))
    if place.version == 2:  # the path may be the API's
        place = Place(place.mount, place.path.removeprefix("data/"), 2)
    if not below:
        yield _named(call, place)
        return
    for name in _names(call, place):
        each = Place(place.mount, f"{place.path}/{name}".lstrip("/"), place.version)
        found = _secret(call, each)
        if found is None:  # its last version was deleted, which a list doesn't tell
            call.terminal.warn(f"Warning: {each.under('data')} has no values now, and gets no variable.")
        else:
            yield found


def _names(call: Invocation, place: Place) -> Iterator[str]:
    """The names of all secrets below a folder, relative to it."""
    folders = [""]
    while folders:
        folder = folders.pop(0)
        at = Place(place.mount, f"{place.path}/{folder}".strip("/"), place.version)
        with call.doing("could not generate templates: "):
            answer = call.client().list(at.under("metadata"))
        for name in ((answer or {}).get("data") or {}).get("keys") or ():
            if name.endswith("/"):
                folders.append(folder + name)
            else:
                yield folder + name


def _named(call: Invocation, place: Place) -> FoundSecret:
    found = _secret(call, place)
    if found is None:
        text = f'could not generate templates: could not read secret at "{place.under("data")}": secret not found'
        raise Failure(text, 2)
    return found


def _secret(call: Invocation, place: Place) -> FoundSecret | None:
    """A secret; None if it isn't there, or has no values."""
    path = place.under("data")
    with call.doing("could not generate templates: "):
        try:
            answer = call.client().request("GET", path).json()
        except Missing:
            answer = None
    data = (answer or {}).get("data")
    if place.version == 2 and data is not None:
        data = data.get("data")
    if not isinstance(data, dict):
        return None
    return FoundSecret(path, place.version == 2, sorted(data))


_OPTIONS = Group(
    "Command Options",
    (
        Flag("exec", "The program that the agent runs, with its arguments.", default="env"),
        Flag(
            "path",
            "A key/value secret (secret/foo, secret/data/foo), or all below a folder (secret/foo/*); may be repeated.",
            "strings",
        ),
        Flag("type", f"What to make: {_TYPE}."),
    ),
)
COMMANDS = {
    "agent generate-config": Command(
        "agent generate-config -type=env-template [options] [FILE]",
        "Writes a configuration for an agent that runs a program with secrets in its environment: a variable for each "
        f"key of each secret. The file is {_DEFAULT_FILE}, unless another one is named.\n\n"
        f'$ {PROGRAM} agent generate-config -type=env-template -exec="./app -v" -path=secret/foo -path="secret/web/*"',
        _generate,
        (_OPTIONS,),
        Arity(0, 1),
    ),
}
