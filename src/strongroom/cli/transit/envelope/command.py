"""The commands `transit envelope encrypt`, `decrypt` and `header`."""

from __future__ import annotations

import contextlib
import sys
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.text import pairs
from strongroom.cli.transit.envelope import header as headers
from strongroom.cli.transit.envelope.files import new_file
from strongroom.cli.transit.envelope.stream import BrokenStream, open_, seal

_STDIN = "-"
_SUFFIX = ".vee"
_MOST_METADATA_BYTES = 256 * 1024


def _key(call: Invocation) -> tuple[str, str]:
    """The mount and the name of the key."""
    mount, found, name = call.arguments[0].strip("/").rpartition("/keys/")
    if not found or not mount or not name or "/" in name:
        raise Failure("expected transit path and key name in the form <mount>/keys/<name>")
    return mount, name


def _files(call: Invocation) -> list[str]:
    files = call.arguments[1:]
    if len(files) > 1 and (_STDIN in files or call.flags.text("output")):
        raise Failure("Standard input, and -output, take one file alone.")
    if call.flags.text("output") and call.flags.given("suffix"):
        raise Failure("-output and -suffix can't be used together.")
    return files


@contextlib.contextmanager
def _source(file: str) -> Iterator[BinaryIO]:
    """A file, or standard input.  Raises `Failure`."""
    if file == _STDIN:
        yield sys.stdin.buffer
        return
    with contextlib.ExitStack() as stack:
        try:
            opened = stack.enter_context(Path(file).open("rb"))
        except OSError as error:
            raise Failure(f"Error opening {file}: {error.strerror}") from error
        yield opened


@contextlib.contextmanager
def _target(target: str) -> Iterator[BinaryIO]:
    """A new file, or standard output.  Raises `Failure`."""
    if target == _STDIN:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        with new_file(Path(target)) as file:
            yield file
    except FileExistsError as error:
        raise Failure(f"{target} exists already, and is not overwritten") from error


def _work(call: Invocation, file: str, target: str, work: Callable[[BinaryIO, BinaryIO], None]) -> None:
    """Make the new file of one file.  Raises `Failure`; nothing of the new file is left then."""
    try:
        with _source(file) as source, _target(target) as out:
            work(source, out)
    except headers.HeaderError as error:
        raise Failure(f"Error reading {file}: {error}") from error
    except BrokenStream as error:
        raise Failure(
            f"Error decrypting {file}: it was cut or altered, or was encrypted with another -aad", 2
        ) from error
    except OSError as error:
        raise Failure(f"Error reading {file} or writing {target}: {error.strerror or error}") from error
    if not call.flags.on("quiet") and target != _STDIN:
        call.succeeded(f"Success! {file} -> {target}")


def _metadata(call: Invocation) -> str:
    text = call.flags.text("metadata")
    if text.startswith("@"):
        with _source(text[1:]) as source:
            content = source.read(_MOST_METADATA_BYTES + 1)
        if len(content) > _MOST_METADATA_BYTES:
            raise Failure(f"-metadata has more than {_MOST_METADATA_BYTES} bytes")
        return b64encode(content).decode("ascii")
    try:
        b64decode(text, validate=True)
    except (Base64Error, ValueError) as error:
        raise Failure("-metadata is no base64; @file names a file that holds them") from error
    return text


def _encrypt(call: Invocation) -> int:
    mount, name = _key(call)
    files, metadata = _files(call), _metadata(call)
    targets = [_encrypted_name(call, file) for file in files]
    aad, mime_type = call.flags.text("aad").encode(), call.flags.text("mime-type")
    path = f"{mount}/datakeys/plaintext/{name}"
    with call.doing(f"Error making data keys at {path}: "):
        answer = call.client().without_wrapping().write(path, {"count": len(files), "bits": 8 * headers.DATA_KEY_BYTES})
    for file, target, pair in zip(files, targets, _key_pairs(answer, len(files)), strict=True):
        written = headers.written(headers.Header(pair["ciphertext"], f"{mount}/keys/{name}", mime_type, metadata))
        key = headers.stream_key(_data_key(pair), written, aad)

        def work(source: BinaryIO, out: BinaryIO, key: bytes = key, written: bytes = written) -> None:
            out.write(written)
            seal(key, source, out.write)

        _work(call, file, target, work)
    return 0


def _encrypted_name(call: Invocation, file: str) -> str:
    if output := call.flags.text("output"):
        return output
    return _STDIN if file == _STDIN else file + (call.flags.text("suffix") or _SUFFIX)


def _decrypt(call: Invocation) -> int:
    mount, name = _key(call)
    files = _files(call)
    targets = [_decrypted_name(call, file) for file in files]
    aad = call.flags.text("aad").encode()
    client = call.client().without_wrapping()

    def work(source: BinaryIO, out: BinaryIO) -> None:
        header, written = headers.read(source)
        path = f"{mount}/decrypt/{name}"
        with call.doing(f"Error decrypting the data key at {path}: "):
            answer = client.write(path, {"ciphertext": header.ciphertext})
        data = (answer or {}).get("data") or {}
        open_(headers.stream_key(_data_key(data), written, aad), source, out.write)

    for file, target in zip(files, targets, strict=True):
        _work(call, file, target, work)
    return 0


def _decrypted_name(call: Invocation, file: str) -> str:
    if output := call.flags.text("output"):
        return output
    suffix = call.flags.text("suffix") or _SUFFIX
    if file == _STDIN:
        return _STDIN
    if not file.endswith(suffix) or Path(file).name == suffix:
        raise Failure(f"{file} doesn't end in {suffix}; -output names the file to write")
    return file.removesuffix(suffix)


def _key_pairs(answer: dict[str, Any] | None, count: int) -> list[dict[str, Any]]:
    found = ((answer or {}).get("data") or {}).get("key_pairs") or []
    if len(found) != count:
        raise Failure("the server answered without the data keys", 2)
    return list(found)


def _data_key(pair: dict[str, Any]) -> bytes:
    try:
        key = b64decode(pair.get("plaintext") or "", validate=True)
    except (Base64Error, ValueError):
        key = b""
    if len(key) != headers.DATA_KEY_BYTES:
        # Not even a traceback says what it was instead.
        raise Failure("the server answered without a data key of 256 bits", 2) from None
    return key


def _header(call: Invocation) -> int:
    found = []
    for file in call.arguments:
        try:
            with _source(file) as source:
                found.append(headers.shown(headers.read(source)[0]))
        except headers.HeaderError as error:
            raise Failure(f"Error reading {file}: {error}") from error
    if not call.table:
        return call.document(found[0] if len(found) == 1 else found)
    for file, each in zip(call.arguments, found, strict=True):
        if len(found) > 1:
            call.terminal.out(f"{file}:")
        call.terminal.out(pairs(list(each.items())))
    return 0


_AAD = Flag("aad", "Additional authenticated data: a text without which the file can't be decrypted. It isn't stored.")
_QUIET = Flag("quiet", "Print nothing but errors.", "bool")
_OUTPUT = Flag("output", "The file to write; - for standard output.")

COMMANDS = {
    "transit envelope encrypt": Command(
        "transit envelope encrypt [options] KEY_PATH FILE...",
        "Encrypts files of any size on this machine. The server makes a data key for each file, and the file keeps it "
        "as the server has encrypted it. KEY_PATH is <mount>/keys/<name>. FILE may be - for standard input.\n\n"
        "$ strongroom transit envelope encrypt transit/keys/backups dump.tar\n\n"
        "This writes dump.tar.vee, which only its owner may read. A file that exists is not overwritten, and the file "
        "that was encrypted stays. The key's type has to be symmetric and authenticated, such as aes256-gcm96.\n\n"
        "The command needs the capability update on <mount>/datakeys/plaintext/<name>.",
        _encrypt,
        (
            Group(
                "Command Options",
                (
                    _AAD,
                    Flag("metadata", "Base64, or @ and a file's name: kept in the header, readable for everybody."),
                    Flag("mime-type", "The type of the content: kept in the header, readable for everybody."),
                    _OUTPUT,
                    _QUIET,
                    Flag("suffix", "What the name of an encrypted file has at its end.", default=_SUFFIX),
                ),
            ),
        ),
        Arity(2, None, "at least 2"),
    ),
    "transit envelope decrypt": Command(
        "transit envelope decrypt [options] KEY_PATH FILE...",
        "Decrypts files that `transit envelope encrypt` has written, on this machine: the server decrypts the data key "
        "alone. KEY_PATH is <mount>/keys/<name>. FILE may be - for standard input.\n\n"
        "$ strongroom transit envelope decrypt transit/keys/backups dump.tar.vee\n\n"
        "This writes dump.tar. A file that was cut or altered leaves nothing behind. On standard output everything is "
        "authentic, but all of it is there only if the command succeeds.\n\n"
        "The command needs the capability update on <mount>/decrypt/<name>.",
        _decrypt,
        (
            Group(
                "Command Options",
                (
                    _AAD,
                    _OUTPUT,
                    _QUIET,
                    Flag("suffix", "What is taken from the end of a file's name.", default=_SUFFIX),
                ),
            ),
        ),
        Arity(2, None, "at least 2"),
    ),
    "transit envelope header": Command(
        "transit envelope header [options] FILE...",
        "Shows what stands in the header of encrypted files: the key, the encrypted data key, the type and the "
        "metadata. That these are unaltered is known only when the file decrypts.\n\n"
        "$ strongroom transit envelope header -format=json dump.tar.vee",
        _header,
        (FORMAT_ONLY,),
        Arity(1, None, "at least 1"),
        http=False,
    ),
}
