"""What others are told of a change.

Source: https://developer.hashicorp.com/vault/docs/concepts/events#event-types
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from strongroom.engines.kv.records import Metadata
from strongroom.sdk import Request

_WITH_DATA: Final = {"data-write", "data-patch", "undelete"}
"""Operations after which there is something to read."""
_VERSIONS: Final = {"data-delete": "deleted", "delete": "deleted", "undelete": "undeleted", "destroy": "destroyed"}


def told(
    request: Request, operation: str, path: str, name: str, metadata: Metadata, *, changed: Iterable[int] = ()
) -> None:
    """Tell that the versions of a secret have changed.

    Args:
        path: of the request.
        name: the secret's.
        metadata: as they are now.
        changed: the numbers of versions that were named.
    """
    more = {"current_version": str(metadata.current_version), "oldest_version": str(metadata.oldest_version)}
    if operation in _WITH_DATA:
        more["data_path"] = f"{request.mount.path}data/{name}"
    if changed:
        more[f"{_VERSIONS[operation]}_versions"] = ",".join(map(str, changed))
    request.emit(f"kv-v2/{operation}", path, f"data/{name}", **more)


def told_metadata(request: Request, operation: str, name: str) -> None:
    """Tell that the metadata of a secret have changed, or that it is gone."""
    path = f"metadata/{name}"
    if operation == "metadata-delete":
        request.emit(f"kv-v2/{operation}", path)
    else:
        request.emit(f"kv-v2/{operation}", path, data_path=request.mount.path + path)


def told_plain(request: Request, operation: str, name: str) -> None:
    """Tell of a secret without versions."""
    if operation == "write":
        request.emit(f"kv-v1/{operation}", name, data_path=request.mount.path + name)
    else:
        request.emit(f"kv-v1/{operation}", name)
