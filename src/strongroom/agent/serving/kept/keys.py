"""The key that encrypts what is kept.

With `persist "file"` it is derived from a file that the operator made.  With `persist "kubernetes"` it is drawn for the
directory, and stands there encrypted under the token of the service account: whoever has the directory alone, or
another pod's token, reads nothing.

Source: https://openbao.org/docs/agent-and-proxy/proxy/caching/persistent-caches/kubernetes/
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from strongroom.agent.serving.kept.sealed import seal, unseal
from strongroom.client.private_file import replace_private
from strongroom.crypto.aead import KEY_BYTES, Aes256Gcm
from strongroom.crypto.kdf import hkdf_sha256
from strongroom.lib.errors import Tampered
from strongroom.lib.rand import Random

KEY_NAME: Final = "key"
SALT_NAME: Final = "salt"
_LEAST_BYTES: Final = 16
_MOST_BYTES: Final = 64 * 1024


class KeyUnusable(Exception):
    """There is no key to read or write what is kept.  The text says what to change."""


class KeyOfAnother(KeyUnusable):
    """The directory's key was encrypted under another token."""


def key_of_file(path: Path, directory: Path, random: Random) -> bytes:
    """The key of `persist "file"`.

    Args:
        path: of the operator's file: at least 16 bytes that nobody can guess.
        directory: of what is kept; a salt is made there.

    Raises: `KeyUnusable`.
    """
    if path.resolve().parent == directory.resolve():
        raise KeyUnusable(f"key_file {path} is in the directory that it encrypts: put it elsewhere")
    content = _read(path, "key_file")
    if len(content) < _LEAST_BYTES:
        raise KeyUnusable(f"key_file {path} holds {len(content)} bytes: at least {_LEAST_BYTES} are needed")
    return _derived(content, _salt(directory, random), b"strongroom agent persist file")


def key_of_service_account(path: Path, directory: Path, random: Random) -> bytes:
    """The key of `persist "kubernetes"`, made if the directory has none.

    Args:
        path: of the service account's token.

    Raises: `KeyUnusable`; `KeyOfAnother` if another token made the directory's key.
    """
    file = directory / KEY_NAME
    if not file.exists():
        key = random.bytes(KEY_BYTES)
        wrap(key, path, directory, random)
        return key
    try:
        return unseal(_wrapping(path, directory, random), KEY_NAME, _read(file, "key"))
    except Tampered as error:
        raise KeyOfAnother(
            f"{file} belongs to another token than the one in service_account_token_file {path}: remove {directory}"
        ) from error


def wrap(key: bytes, path: Path, directory: Path, random: Random) -> None:
    """Encrypt the directory's key under the service account's present token.  Raises `KeyUnusable`."""
    sealed = seal(_wrapping(path, directory, random), random, KEY_NAME, key)
    try:
        replace_private(str(directory / KEY_NAME), sealed)
    except OSError as error:
        raise KeyUnusable(f"{directory / KEY_NAME} can't be written: {error.strerror}") from error


def _wrapping(path: Path, directory: Path, random: Random) -> Aes256Gcm:
    token = _read(path, "service_account_token_file").strip()
    if not token:
        raise KeyUnusable(f"service_account_token_file {path} is empty")
    return Aes256Gcm(_derived(token, _salt(directory, random), b"strongroom agent persist kubernetes"))


def _derived(content: bytes, salt: bytes, purpose: bytes) -> bytes:
    return hkdf_sha256(content, salt=salt, info=purpose, length=KEY_BYTES)


def _salt(directory: Path, random: Random) -> bytes:
    """The directory's own, so that the same key file gives each directory another key."""
    file = directory / SALT_NAME
    if not file.exists():
        try:
            replace_private(str(file), random.bytes(KEY_BYTES))
        except OSError as error:
            raise KeyUnusable(f"{file} can't be written: {error.strerror}") from error
    return _read(file, SALT_NAME)


def _read(path: Path, setting: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError as error:
        raise KeyUnusable(f"{setting} {path} can't be read: {error.strerror}") from error
