"""Configuration texts, read once and handed to every process of the node."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import replace
from pathlib import Path

import msgspec

from strongroom.lib.interfaces import read_interfaces
from strongroom.server.certificates.settings import with_cache
from strongroom.server.config.addresses import placed
from strongroom.server.config.config import Config, merge, parse_config
from strongroom.server.config.environment import apply_environment

_ENDINGS = {".hcl", ".json"}


class SourceError(Exception):
    """A configuration file can't be read; the text says which and why."""


class Sources(msgspec.Struct, frozen=True):
    """The files, in the order in which they count, and what the command line puts above them."""

    texts: tuple[tuple[str, str], ...]
    """Name and content."""
    overrides: dict[str, str] = {}
    """Settings from the command line: `log_level`, `log_format`, `log_file`."""
    reloaded: tuple[tuple[str, str], ...] = ()
    """The files as they were read again while the node ran; of these, the listeners and audit devices count."""

    def __repr__(self) -> str:
        return f"Sources({[name for name, _ in self.texts]})"


def read(paths: tuple[str, ...], overrides: dict[str, str], *, may_be_empty: bool = False) -> Sources:
    """Read files and directories.  A file that is named twice counts once.

    Args:
        may_be_empty: whether a server starts without any file, as one for development does.

    Raises: `SourceError`.
    """
    texts: dict[str, tuple[str, str]] = {}
    for given in paths:
        path = Path(given)
        try:
            files = _files_in(path) if path.is_dir() else [path]
            for file in files:
                texts.setdefault(os.path.realpath(file), (str(file), file.read_text(encoding="utf-8")))
        except UnicodeDecodeError as error:
            raise SourceError(f"error loading configuration from {given}: not UTF-8 at byte {error.start}") from error
        except OSError as error:
            reason = f"{error.strerror}: {error.filename}" if error.filename else str(error)
            raise SourceError(f"error loading configuration from {given}: {reason}") from error
        if not files and not may_be_empty:
            raise SourceError(f"the directory {given} holds no file that ends in .hcl or .json")
    if not texts and not may_be_empty:
        raise SourceError("no configuration was given: use -config=FILE, or -dev for development")
    return Sources(tuple(texts.values()), overrides)


def _files_in(folder: Path) -> list[Path]:
    """The files of a directory that count.  Raises `OSError` for a pipe or device among them, whose end never comes."""
    found = sorted(path for path in folder.iterdir() if path.suffix in _ENDINGS)
    for path in found:
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", str(path))
    return found


def load(sources: Sources, *, here: bool = True) -> Config:
    """Parse and merge, with the environment above the files and the command line above both.

    Args:
        here: whether this is the machine that serves: only then addresses that are templates are evaluated.

    Raises: `ConfigError`.
    """
    config = _parsed(sources.texts, here=here)
    if sources.reloaded:
        reloaded = _parsed(sources.reloaded, here=here)
        config = replace(config, listeners=reloaded.listeners, audits=reloaded.audits)
    settings, given = config.settings, sources.overrides
    settings = replace(
        settings,
        log_level=given.get("log_level") or settings.log_level,
        log_format=given.get("log_format") or settings.log_format,
        log_file=given.get("log_file") or settings.log_file,
    )
    return with_cache(replace(config, settings=settings, files=tuple(name for name, _ in sources.texts)))


def _parsed(texts: tuple[tuple[str, str], ...], *, here: bool) -> Config:
    config = apply_environment(merge([parse_config(text, name) for name, text in texts]), os.environ)
    if here:
        settings, listeners = placed(config.settings, config.listeners, read_interfaces)
        config = replace(config, settings=settings, listeners=listeners)
    return config
