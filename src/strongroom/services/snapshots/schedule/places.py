"""Where the snapshots of a schedule are kept: a directory of the node's machine, or S3."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from strongroom.lib.aws.credentials import Credentials, CredentialSources
from strongroom.lib.aws.s3 import Bucket, S3Client, bucket_at, fetch_file, send_file
from strongroom.lib.errors import InvalidRequest, NotFound, StorageError
from strongroom.lib.outgoing import Http
from strongroom.lib.whole_file import appearing
from strongroom.services.snapshots.schedule import rules
from strongroom.services.snapshots.schedule.records import LOCAL, Schedule

_S3_S: Final = 120.0
_S3_BYTES: Final = 32 << 20
"""More than a part that is read, which is 16 MiB."""

Fill = Callable[[Path], Awaitable[None]]
"""Writes a whole, checked snapshot into an empty file."""


class Place(Protocol):
    """Keeps the snapshots of one schedule."""

    async def keep(self, name: str, fill: Fill) -> int:
        """Have a snapshot made, and keep it under a name.  Returns its size in bytes."""
        ...

    async def sizes(self) -> list[tuple[str, int]]:
        """The names of its snapshots and their sizes, the oldest first."""
        ...

    async def opened(self, name: str) -> BinaryIO:
        """A snapshot, to be read.  Raises `NotFound`."""
        ...

    async def remove(self, name: str) -> None:
        """Remove a snapshot."""
        ...

    def url(self, name: str) -> str:
        """Where a snapshot is."""
        ...


def place_of(schedule: Schedule, allowed: Sequence[str], work: Path) -> Place:
    """The place of a schedule's snapshots.

    Args:
        allowed: the directories of the configuration. work: where there is room for files in between.

    Raises: `InvalidRequest` for one that isn't allowed.
    """
    if schedule.storage_type == LOCAL:
        return Directory(schedule, allowed)
    return Objects(schedule, work)


class Directory:
    """A directory.  What it has to be is looked at each time, because links can be changed."""

    def __init__(self, schedule: Schedule, allowed: Sequence[str]) -> None:
        self._prefix = schedule.file_prefix
        self._path = schedule.path_prefix
        self._allowed = allowed

    def _directory(self) -> Path:
        real = os.path.realpath(self._path)
        rules.check_directory(self._path, real, [os.path.realpath(each) for each in self._allowed])
        return Path(real)

    async def keep(self, name: str, fill: Fill) -> int:
        """The file gets its name when it is whole."""
        directory = self._directory()
        try:
            await asyncio.to_thread(directory.mkdir, mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{directory} cannot be made: {error.strerror}") from error
        file = directory / name
        with appearing(file) as partial:
            await fill(partial)
        return (await asyncio.to_thread(file.stat)).st_size

    async def sizes(self) -> list[tuple[str, int]]:
        """Those of the schedule's own names; other files are none of its business."""
        directory = self._directory()

        def look() -> list[tuple[str, int]]:
            found = {each.name: each.stat().st_size for each in os.scandir(directory) if each.is_file()}
            return [(name, found[name]) for name in rules.own([*found], self._prefix)]

        try:
            return await asyncio.to_thread(look)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StorageError(f"{directory} cannot be read: {error.strerror}") from error

    async def opened(self, name: str) -> BinaryIO:
        """The file."""
        if name not in {known for known, _ in await self.sizes()}:
            raise NotFound(f"there is no snapshot {name}")
        try:
            return await asyncio.to_thread((self._directory() / name).open, "rb")
        except OSError as error:
            raise StorageError(f"the snapshot {name} cannot be read: {error.strerror}") from error

    async def remove(self, name: str) -> None:
        """Remove the file."""
        if rules.own([name], self._prefix):
            try:
                await asyncio.to_thread((self._directory() / name).unlink, missing_ok=True)
            except OSError as error:
                raise StorageError(f"the snapshot {name} cannot be removed: {error.strerror}") from error

    def url(self, name: str) -> str:
        """A file's URL."""
        return f"file://{self._path.rstrip('/')}/{name}"


class Objects:
    """Objects of a bucket of S3, or of what speaks its protocol."""

    def __init__(self, schedule: Schedule, work: Path) -> None:
        http = Http("S3", total_s=_S3_S, most_bytes=_S3_BYTES)
        self._client = S3Client(_bucket(schedule), _credentials(schedule), http)
        self._prefix = schedule.file_prefix
        self._path = f"{schedule.path_prefix.strip('/')}/" if schedule.path_prefix.strip("/") else ""
        self._work = work

    def _file(self) -> AbstractContextManager[Path]:
        return _temporary(self._work)

    async def keep(self, name: str, fill: Fill) -> int:
        """Nothing is to be seen of the object before it is whole.  It is read back as it is there."""
        with self._file() as file:
            await fill(file)
            return await send_file(self._client, self._path + name, file)

    async def sizes(self) -> list[tuple[str, int]]:
        """The objects of the schedule's own names."""
        page = await self._client.list_all(f"{self._path}{self._prefix}-")
        found = {each.key.removeprefix(self._path): each.size for each in page.objects}
        return [(name, found[name]) for name in rules.own([*found], self._prefix)]

    async def opened(self, name: str) -> BinaryIO:
        """The object, in a file without a name."""
        if not rules.own([name], self._prefix):
            raise NotFound(f"there is no snapshot {name}")
        file = tempfile.TemporaryFile(dir=self._work)  # noqa: SIM115 - the caller closes it
        try:
            await fetch_file(self._client, self._path + name, file)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file

    async def remove(self, name: str) -> None:
        """Remove the object."""
        if rules.own([name], self._prefix):
            await self._client.delete(self._path + name)

    def url(self, name: str) -> str:
        """An object's URL."""
        return f"s3://{self._client.bucket.name}/{self._path}{name}"


@contextmanager
def _temporary(work: Path) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(prefix=".strongroom-", suffix=".snap", dir=work)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _bucket(schedule: Schedule) -> Bucket:
    """Where the objects are.  Raises `InvalidRequest` for settings that contradict each other."""
    endpoint = schedule.endpoint
    if schedule.disable_tls and not endpoint:
        raise InvalidRequest("aws_s3_disable_tls is only for an aws_s3_endpoint")
    if schedule.disable_tls and endpoint.startswith("https://"):
        raise InvalidRequest("aws_s3_disable_tls is set, but aws_s3_endpoint begins with https://")
    if schedule.server_side_encryption and (schedule.kms or schedule.kms_key):
        raise InvalidRequest("aws_s3_server_side_encryption and KMS exclude each other")
    if schedule.disable_tls and "://" not in endpoint:
        endpoint = f"http://{endpoint}"
    return bucket_at(
        schedule.bucket,
        endpoint=endpoint,
        region=schedule.region,
        path_style=schedule.path_style,
        kms_key_id=schedule.kms_key,
        encryption="AES256" if schedule.server_side_encryption else "aws:kms" if schedule.kms else "",
    )


def _credentials(schedule: Schedule) -> Callable[[], Awaitable[Credentials]]:
    if not schedule.access_key:
        return CredentialSources(configured_at="the schedule").find
    if not schedule.secret_key:
        raise InvalidRequest("aws_secret_access_key is missing")
    given = Credentials(schedule.access_key, schedule.secret_key, schedule.session_token)

    async def found() -> Credentials:
        return given

    return found
