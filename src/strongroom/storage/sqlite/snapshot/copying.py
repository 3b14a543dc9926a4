"""Saves a whole copy of a store while it is in use."""

from __future__ import annotations

from pathlib import Path

import apsw

from strongroom.lib.errors import StorageFull
from strongroom.storage.sqlite.errors import is_full, storage_error
from strongroom.storage.sqlite.files import DATABASE
from strongroom.storage.sqlite.schema import connect, disconnect
from strongroom.storage.sqlite.snapshot.description import Description, describe
from strongroom.storage.sqlite.snapshot.files import appearing

_CACHE_BYTES = 8 << 20


def save(directory: Path, target: Path, marker: str) -> Description:
    """Copy the store in `directory` to a new file, at one commit, and check the copy.

    Processes may read and write meanwhile.

    Args:
        directory: the store's directory. target: the new file, with mode 0600.  It must not exist. marker: as for
        `describe`.

    Raises: `StorageError`, and then there is no file.
    """
    with appearing(target) as partial:
        connection = connect(directory / DATABASE, None, cache_bytes=_CACHE_BYTES)
        try:
            # The backup API isn't used: it starts again with every commit of another process, and so may never end.
            connection.execute("VACUUM INTO ?", (str(partial),)).fetchall()
        except apsw.Error as error:
            if is_full(error):
                raise StorageFull(f"{target.parent} has no room for the snapshot", detail=str(error)) from error
            raise storage_error(error, f"copying {directory / DATABASE} to {target}") from error
        finally:
            disconnect(connection)
        return describe(partial, marker)
