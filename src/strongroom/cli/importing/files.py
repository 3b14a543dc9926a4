"""The command `import files`."""

from __future__ import annotations

from pathlib import Path

from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.importing.carrying_out import carry_out
from strongroom.cli.importing.options import FLAGS, read_options
from strongroom.cli.invocation import Invocation
from strongroom.importing.files.source import FORMATS, FileSource

_FROM = (
    Flag("from", f"What the files are: {', '.join(FORMATS)}."),
    Flag("mount", "The kv mount that the secrets are written to.", default="secret"),
    Flag("prefix", "A folder of the mount, for all of them."),
    Flag("kv-version", "Of the mount: 1 or 2.", "int", default=2),
)
_HELP = """Imports secrets from files of other programs into a kv mount.

A .env file (dotenv) and a file of JSON (json) are one secret each, named as the file. A file of JSON may also have an \
object with a secret for each path (json-tree). Of Bitwarden the export as .json is read, not the encrypted one: each \
item becomes a secret in the folder that it was in.

$ strongroom import files -from=dotenv -prefix=shop/production .env
$ strongroom import files -from=bitwarden -mount=team -plan bitwarden_export.json

Remove the files afterwards, where they can't be read from a backup either."""


def _import(call: Invocation) -> int:
    options = read_options(call)
    flags = call.flags
    format_, version = flags.text("from"), flags.number("kv-version")
    if format_ not in FORMATS:
        raise Failure(f"Must specify -from, one of {', '.join(FORMATS)}.")
    if version not in {1, 2}:
        raise Failure("-kv-version is 1 or 2")
    mount, prefix = flags.text("mount").strip("/"), flags.text("prefix").strip("/")
    if not mount:
        raise Failure("Must specify a mount using -mount.")
    source = FileSource(
        list(map(Path, call.arguments)),
        format_,
        f"{mount}/",
        f"{prefix}/" if prefix else "",
        versioned=version == 2,
    )
    return carry_out(call, source, options)


COMMANDS = {
    "import files": Command(
        "import files -from=FORMAT [options] FILE…",
        _HELP,
        _import,
        (FORMAT_ONLY, Group("Source Options", _FROM), Group("Import Options", FLAGS)),
        Arity(1, None),
    ),
}
