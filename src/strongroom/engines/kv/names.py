"""Names of a versioned mount as the store sees them (p).

Each segment of a path is encrypted on its own and deterministically, so that a path is found again and a folder can
be listed, while whoever reads the store learns no more than the shape of the tree and the length of each name.  The
encrypted folder goes in as associated data: the same name in two folders doesn't look the same, and a row can't be
moved into another folder unnoticed.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from strongroom.crypto.aead import Aes256Siv
from strongroom.lib.errors import InvalidRequest, Tampered
from strongroom.lib.sensitive_cache import sensitive_cache

KEY_BYTES = 64
MAX_STORED_BYTES = 1800
"""The longest path in its stored form; what is left of a storage key's 2,048 bytes is for the mount's prefix."""
_USUAL_LENGTH = 256


class Names:
    """Seals and opens the names of one mount."""

    __slots__ = ("_siv",)

    def __init__(self, key: bytes) -> None:
        self._siv = Aes256Siv(key)

    def seal(self, path: str) -> str:
        """The stored form of a path.  Raises `InvalidRequest` for one with empty segments, or that is too long."""
        sealed = ""
        for segment in path.split("/"):
            if not segment:
                raise InvalidRequest("the path of a secret has no empty parts")
            encrypted = self._siv.seal(segment.encode(), sealed.encode())
            sealed += urlsafe_b64encode(encrypted).rstrip(b"=").decode("ascii") + "/"
            if len(sealed) > MAX_STORED_BYTES:
                raise InvalidRequest(
                    f"the path of the secret is too long: its parts may take {MAX_STORED_BYTES} bytes encrypted, each "
                    "a third more than its own bytes and 23 besides, which is a fixed limit"
                )
        return sealed[:-1]

    def open(self, folder: str, sealed: str) -> str:
        """The name of one segment.

        Args:
            folder: the stored form of the folder that it is in, ending in `/`; empty at the top.

        Raises: `Tampered` for a segment that this mount's key didn't seal in that folder.
        """
        try:
            encrypted = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
            return self._siv.open(encrypted, folder.encode()).decode()
        except (ValueError, Tampered) as error:
            # In its stored form, which finds the row.
            where = f"the row's name {folder}{sealed} was not made with this mount's key"
            raise Tampered("a stored name does not authenticate", detail=where) from error

    def open_paths(self, folder: str, sealed: list[str]) -> list[str]:
        """The paths, relative to `folder`, of many rows below it; a trailing `/` stays."""
        opened: dict[str, str] = {"": ""}
        return [self._open_path(folder, path, opened) for path in sealed]

    def _open_path(self, folder: str, path: str, opened: dict[str, str]) -> str:
        """Each folder is opened once: `opened` holds, by stored path ending in `/`, what those met so far are."""
        parent, _, last = path.rstrip("/").rpartition("/")
        above = parent + "/" if parent else ""
        if above not in opened:
            opened[above] = self._open_path(folder, above, opened)
        name = opened[above] + self.open(folder + above, last)
        return name + "/" if path.endswith("/") else name


@sensitive_cache(maxsize=256)
def names_of(key: bytes) -> Names:
    """The names of the mount with this key, from a bounded number that are kept ready."""
    return Names(key)


def sealed_path(key: bytes, path: str) -> str:
    """`Names.seal` for the mount with this key; the paths last asked for are remembered, each for a few hundred bytes.

    Nothing can make a remembered one wrong: a stored form depends on key and path alone.
    """
    return _remembered(key, path) if len(path) <= _USUAL_LENGTH else names_of(key).seal(path)


@sensitive_cache(maxsize=8192)
def _remembered(key: bytes, path: str) -> str:
    return names_of(key).seal(path)
