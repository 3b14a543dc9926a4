"""Which key pair of the user is signed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from strongroom.cli.failure import Failure

_NAMES = ("id_ed25519", "id_ecdsa", "id_rsa")
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class KeyPair:
    """The files of a key pair."""

    public: Path
    private: Path


def key_pair(public: str, private: str, home: Path) -> KeyPair:
    """The pair that the flags name, or that ssh would use.

    Args:
        public, private: as the flags say; empty where they don't.  One tells the other.
        home: of the user.

    Raises: `Failure` for a file that isn't there.
    """
    if public or private:
        found = _named(public, private)
    else:
        pairs = [KeyPair(home / ".ssh" / f"{name}.pub", home / ".ssh" / name) for name in _NAMES]
        present = [pair for pair in pairs if pair.public.is_file() and pair.private.is_file()]
        if not present:
            raise Failure(
                f"~/.ssh has none of {', '.join(_NAMES)} with its .pub. Name the key by -public-key-path, or make one: "
                "ssh-keygen -t ed25519"
            )
        return present[0]
    for flag, file in (("public", found.public), ("private", found.private)):
        if not file.is_file():
            raise Failure(f"there is no {flag} key at {file}: -{flag}-key-path says where it is")
    return found


def _named(public: str, private: str) -> KeyPair:
    if not public:
        public = f"{private}.pub"
    if not private:
        if not public.endswith(".pub"):
            raise Failure(f"{public} doesn't end in .pub, so -private-key-path has to say where its private key is")
        private = public.removesuffix(".pub")
    return KeyPair(Path(public).expanduser(), Path(private).expanduser())


def content_of(file: Path) -> str:
    """The text of a public key.  Raises `Failure`, also for a private key, which must not leave the machine."""
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        raise Failure(f"{file} can't be read: {(error.strerror or str(error)).lower()}") from error
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError as error:
        raise Failure(f"{file} holds no SSH public key") from error
    if len(content) > _MOST_BYTES or "PRIVATE KEY-----" in text:
        raise Failure(f"{file} holds no SSH public key")
    return text
