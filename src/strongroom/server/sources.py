"""Configuration texts, read once and handed to every process of the node."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import msgspec

from strongroom.server.certificates.settings import with_cache
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


def read(paths: tuple[str, ...], overrides: dict[str, str], *, required: bool = True) -> Sources:
    """Read files and directories.

    Args:
        required: there has to be a file.

    Raises: `SourceError`.
    """
    texts: list[tuple[str, str]] = []
    for given in paths:
        path = Path(given)
        try:
            files = sorted(p for p in path.iterdir() if p.suffix in _ENDINGS) if path.is_dir() else [path]
            texts += [(str(file), file.read_text(encoding="utf-8")) for file in files]
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"error loading configuration from {given}: {error}") from error
    if required and not texts:
        if paths:
            raise SourceError(f"no *.hcl or *.json is in {', '.join(paths)}")
        raise SourceError("no configuration was given: use -config=FILE, or -dev for development")
    return Sources(tuple(texts), overrides)


def load(sources: Sources) -> Config:
    """Parse and merge, with the environment above the files and the command line above both.

    Raises: `ConfigError`.
    """
    config = _parsed(sources.texts)
    if sources.reloaded:
        reloaded = _parsed(sources.reloaded)
        config = replace(config, listeners=reloaded.listeners, audits=reloaded.audits)
    settings, given = config.settings, sources.overrides
    settings = replace(
        settings,
        log_level=given.get("log_level") or settings.log_level,
        log_format=given.get("log_format") or settings.log_format,
        log_file=given.get("log_file") or settings.log_file,
    )
    return with_cache(replace(config, settings=settings, files=tuple(name for name, _ in sources.texts)))


def _parsed(texts: tuple[tuple[str, str], ...]) -> Config:
    return apply_environment(merge([parse_config(text, name) for name, text in texts]), os.environ)
