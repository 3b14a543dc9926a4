"""Diagnosis of files: who can read secrets, who can write settings, what room and what kind of disk there is."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from strongroom.server.config.config import Config
from strongroom.server.diagnose.result import Finding, fail, group, ok, skipped, warn
from strongroom.server.redaction import SECRET_NAMES

_URL_WITH_PASSWORD = re.compile(r"://[^/@:]*:[^@/]+@|\bpassword\s*=", re.IGNORECASE)
_NETWORK = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "glusterfs")
_FREE_WANTED_BYTES = 1 << 30
_FREE_NEEDED_BYTES = 64 << 20
"""The ballast, and the log of a server that has little to do."""
_FREE_WANTED_SHARE = 0.05
_INODES_WANTED = 1000

_Judge: TypeAlias = Callable[[str, os.stat_result, bool], Finding]


def permissions(config: Config, files: Iterable[str], storage: Path | None) -> Finding:
    """Who else can read or write what the configuration names.

    Args:
        config: all of it.
        files: the configuration's own files.
        storage: the store's directory; None for a store that has none.
    """
    secret_files = files_with_secrets(config)
    found = [_judge_path(Path(name), _config_file, name in secret_files) for name in files]
    keys = dict.fromkeys(listener.tls_key_file for listener in config.listeners if listener.tls_key_file)
    found += [_judge_path(Path(name), _key_file, True) for name in keys if reachable(Path(name))]
    if storage is not None and reachable(storage):
        found.append(_judge_path(storage, _storage_directory, True))
    if spool := config.settings.audit_spool_path:
        found.append(_spool(Path(spool)))
    found += [_named_directory("audit_directories", Path(name)) for name in config.settings.audit_directories or ()]
    found += [_named_directory("snapshot_directories", Path(name)) for name in config.settings.snapshot_directories]
    for setting in ("log_file", "pid_file"):
        if named := getattr(config.settings, setting):
            found.append(_writable(setting, Path(named)))
    return group("Check File Permissions", found)


def files_with_secrets(config: Config) -> frozenset[str]:
    """The configuration files in which passwords, tokens or keys stand."""
    stanzas = [part for part in (config.storage, config.ha_storage, config.service_registration) if part is not None]
    found = {part.where.file for part in stanzas if has_secret(part.options)}
    found |= {seal.where.file for seal in config.seals if has_secret(seal.options)}
    found |= {listener.where.file for listener in config.listeners if listener.tls_acme_eab_mac_key}
    return frozenset(found)


def has_secret(options: Mapping[str, str]) -> bool:
    """Whether one of these settings is a secret, by its name or as a password in an address."""
    return any(
        value and (SECRET_NAMES.search(name) or _URL_WITH_PASSWORD.search(value)) for name, value in options.items()
    )


def _judge_path(path: Path, judge: _Judge, secret: bool) -> Finding:
    try:
        found = path.stat()
    except OSError as error:
        return fail(str(path), f"It cannot be looked at: {error.strerror}.", "Correct the path, or the permissions.")
    return judge(str(path), found, secret)


def _config_file(name: str, found: os.stat_result, secret: bool) -> Finding:
    if found.st_mode & stat.S_IWOTH:
        return fail(
            name, "Every user of this machine can change the configuration.", f"chmod o-w {name}", facts=_mode(found)
        )
    if secret and found.st_mode & stat.S_IROTH:
        return fail(
            name,
            "It holds secrets, and every user of this machine can read it.",
            f"chmod 0640 {name}, with the server's group; or give the secret by the environment. Then change the "
            "secret: it may have been read.",
            facts=_mode(found),
        )
    return ok(name, "It can be changed by its owner and group only.", facts=_mode(found))


def _key_file(name: str, found: os.stat_result, _: bool) -> Finding:
    if found.st_mode & (stat.S_IROTH | stat.S_IWOTH):
        return fail(
            name,
            "Every user of this machine can read or replace this private key.",
            f"chmod 0600 {name} (0640 with a group of its own), and get a new key: this one may have been copied.",
            facts=_mode(found),
        )
    return ok(name, "The private key is its owner's and group's only.", facts=_mode(found))


def _storage_directory(name: str, found: os.stat_result, _: bool) -> Finding:
    if found.st_mode & (stat.S_IWOTH | stat.S_IWGRP):
        return fail(name, "Others can replace the store.", f"chmod 0700 {name}", facts=_mode(found))
    if found.st_mode & (stat.S_IROTH | stat.S_IXOTH):
        return warn(
            name,
            "Every user of this machine can enter the store's directory; names and times in it are in clear.",
            f"chmod 0700 {name}",
            facts=_mode(found),
        )
    return ok(name, "The store is its owner's only.", facts=_mode(found))


def _spool(path: Path) -> Finding:
    if path.exists() and not path.is_dir():
        return fail(
            f"audit_spool_path {path}", "It is no directory.", "Name a directory; it is made when it is needed."
        )
    return _writable("audit_spool_path", path)


def _named_directory(setting: str, path: Path) -> Finding:
    if reachable(path) and not path.is_dir():
        return fail(f"{setting} {path}", "It is no directory.", f"Name directories in {setting}.")
    return _writable(setting, path)


def _writable(setting: str, path: Path) -> Finding:
    place = path if reachable(path) else nearest(path.parent)
    if os.access(place, os.W_OK):
        return ok(f"{setting} {path}", "It can be written.")
    return fail(
        f"{setting} {path}",
        f"User {os.geteuid()} can't write {place}.",
        f"chown it to the server's user, or change {setting} in the configuration.",
    )


def disk(directory: Path | None) -> Finding:
    """The room where the store is, or will be."""
    if directory is None:
        return skipped("Check Disk Usage", "The store isn't on this machine's disks.")
    place = nearest(directory)
    kind = filesystem(place.resolve(), _mounts())
    room = os.statvfs(place)
    free = room.f_bavail * room.f_frsize
    share = room.f_bavail / room.f_blocks if room.f_blocks else 1.0
    inodes = room.f_favail if room.f_files else None
    return judge_disk(str(place), kind, free, share, inodes)


def judge_disk(place: str, kind: str, free_bytes: int, free_share: float, inodes: int | None) -> Finding:
    """Judge a file system.

    Args:
        place: the directory, for the texts.
        kind: its type, as the kernel names it; empty if unknown.
        free_bytes: what a plain user may still write.
        free_share: the same as a share of the whole.
        inodes: how many files may still be made; None where that isn't limited.
    """
    name = "Check Disk Usage"
    shown = f"{place} has {free_bytes >> 20} MiB ({free_share:.0%}) free"
    facts = {"type": kind, "free_bytes": free_bytes, "inodes": inodes}
    if kind.startswith(_NETWORK):
        return fail(
            name,
            f"{place} is on a network file system ({kind}), where SQLite's log and locks don't work.",
            'Put the store on a local disk, or use storage "postgresql" for several machines.',
            facts=facts,
        )
    if free_bytes < _FREE_NEEDED_BYTES or inodes == 0:
        return fail(name, f"{shown}: too little to go on writing.", "Free some room, or enlarge the disk.", facts=facts)
    if kind == "tmpfs":
        return warn(name, f"{place} is in memory (tmpfs): a reboot loses the store.", "Use a disk.", facts=facts)
    if free_bytes < _FREE_WANTED_BYTES or free_share < _FREE_WANTED_SHARE:
        return warn(name, f"{shown}.", "Keep at least 1 GiB and 5% free, and watch it.", facts=facts)
    if inodes is not None and inodes < _INODES_WANTED:
        return warn(name, f"{place} can take {inodes} more files only.", "Remove files that nobody needs.", facts=facts)
    return ok(name, f"{shown}.", facts=facts)


def filesystem(place: Path, mounts: str) -> str:
    """The type of the file system that holds a directory.

    Args:
        mounts: `/proc/self/mounts`.  Source: https://man7.org/linux/man-pages/man5/fstab.5.html
    """
    best, kind = -1, ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(fields[1].replace("\\040", " "))
        # Of two mounts on one point, the later one covers the earlier.
        if place.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), fields[2]
    return kind


def nearest(path: Path) -> Path:
    """The path, or the nearest directory above it that exists."""
    return next(place for place in (path.absolute(), *path.absolute().parents) if reachable(place))


def reachable(path: Path) -> bool:
    """Whether it is there and this user may get to it; `Path.exists` raises where a directory above is closed."""
    return os.access(path, os.F_OK)


def _mounts() -> str:
    try:
        return Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def _mode(found: os.stat_result) -> dict[str, object]:
    return {"mode": f"{stat.S_IMODE(found.st_mode):04o}", "user": found.st_uid, "group": found.st_gid}
