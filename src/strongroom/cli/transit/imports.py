"""The commands `transit import` and `transit import-version`.

The key never travels in clear: it is wrapped here, for the wrapping key of the mount.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.invocation import Invocation
from strongroom.cli.paths import clean
from strongroom.cli.render import SecretAnswer

_MOST_BYTES = 64 * 1024
_HASH = "hash_function"


def _import(call: Invocation) -> int:
    return _imported(call, "import")


def _import_version(call: Invocation) -> int:
    return _imported(call, "import_version")


def _imported(call: Invocation, endpoint: str) -> int:
    mount, name = _place(call.arguments[0])
    material = _material(call.arguments[1])
    body = call.data(call.data_words(after=2))
    path = f"{mount}/keys/{name}/{endpoint}"
    body["ciphertext"] = _wrapped(_wrapping_key(call, mount), material, str(body.get(_HASH, "SHA256")))
    with call.doing(f"Error writing data to {path}: "):
        written = call.client().write(path, body)
    if written is not None:
        return call.answer(written)
    return call.succeeded(f"Success! Key imported to: {mount}/keys/{name}")


def _place(argument: str) -> tuple[str, str]:
    """The mount and the key's name."""
    mount, between, name = clean(argument).rpartition("/keys/")
    if not between or not mount or not name or "/" in name:
        raise Failure("expected transit path and key name in the form :path:/keys/:name:")
    return mount, name


def _wrapping_key(call: Invocation, mount: str) -> str:
    """The public key of the mount, in PEM.  It is for this command, whatever the user wants to have wrapped."""
    path = f"{mount}/wrapping_key"
    with call.doing(f"Error reading {path}: "):
        answer = SecretAnswer(call.client().without_wrapping().read(path))
    public_key = (answer.data or {}).get("public_key")
    if not public_key:
        raise Failure(f"No wrapping key found at {path}. Is a transit engine mounted at {mount}?", 2)
    return str(public_key)


def _material(argument: str) -> bytes:
    """The key: base64, or the name of a file with `@` before it that holds base64 or a private key in PEM."""
    text = argument
    if argument.startswith("@"):
        text = _file(argument[1:])
    if "-----BEGIN" in text:
        return _of_pem(text)
    try:
        return b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        # The text itself is a key, and isn't shown.
        raise Failure(f"the key is neither standard base64 nor a private key in PEM: {error}") from error


def _file(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise Failure(f"error reading key material file: open {name}: {(error.strerror or '').lower()}") from error
    if len(content) > _MOST_BYTES:
        raise Failure(f"the file {name} is longer than {_MOST_BYTES} bytes, and no key")
    try:
        return content.decode("ascii")
    except UnicodeDecodeError as error:
        raise Failure(
            f"the file {name} holds neither base64 nor PEM. If it is the raw key, or DER, encode it: base64 {name}"
        ) from error


def _of_pem(text: str) -> bytes:
    from strongroom.crypto.asymmetric import formats  # noqa: PLC0415 - slow import
    from strongroom.lib.errors import InvalidRequest  # noqa: PLC0415

    try:
        return formats.pkcs8_of_pem(text)
    except InvalidRequest as error:
        if "-----BEGIN PUBLIC KEY-----" in text:
            raise Failure(
                "this is a public key, which needs no wrapping: strongroom write <mount>/keys/<name>/import "
                "public_key=@FILE type=…"
            ) from error
        raise Failure(f"the private key can't be read: {error.text}") from error


def _wrapped(public_key: str, material: bytes, hash_name: str) -> str:
    from strongroom.crypto.asymmetric import formats, wrapping  # noqa: PLC0415 - slow import
    from strongroom.lib.errors import InvalidRequest  # noqa: PLC0415

    try:
        key: Any = formats.public_of_pem(public_key)
        return b64encode(wrapping.wrap(key, material, hash_name)).decode("ascii")
    except InvalidRequest as error:
        raise Failure(f"the key can't be wrapped: {error.text}") from error


_KEY = (
    "\n\nKEY is the key in base64, or @FILE. A file holds the key in base64, or a private key in PEM. Symmetric keys "
    "are given raw, others as PKCS#8 in DER. Prefer a file: arguments are seen by other users of the machine."
)

_NEEDS = (
    "\n\nThe command needs the capabilities read on <mount>/wrapping_key, and update on <mount>/keys/<name>/{}. What "
    "-output-policy and -output-curl-string print is of the first of its two requests."
)

COMMANDS = {
    "transit import": Command(
        "transit import [options] PATH KEY [K=V ...]",
        "Imports a key into a transit mount. PATH names the mount and the key. The settings of the key follow, as "
        "`keys/<name>/import` takes them: type (aes256-gcm96 if it isn't given), exportable, allow_rotation and others."
        + _KEY
        + "\n\n"
        "$ strongroom transit import transit/keys/payments @key.pem type=rsa-2048" + _NEEDS.format("import"),
        _import,
        (FORMAT_ONLY,),
        Arity(2, None),
    ),
    "transit import-version": Command(
        "transit import-version [options] PATH KEY [K=V ...]",
        "Imports the next version of a key that was imported before." + _KEY + "\n\n"
        "$ strongroom transit import-version transit/keys/payments @next.pem" + _NEEDS.format("import_version"),
        _import_version,
        (FORMAT_ONLY,),
        Arity(2, None),
    ),
}
