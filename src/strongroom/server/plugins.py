"""Engines and auth methods of installed packages, which the configuration allows by name."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import entry_points

from strongroom.lib.fault import where
from strongroom.sdk.engine import Engine
from strongroom.sdk.path import DeclarationError

ENTRY_POINTS = "strongroom.plugins"
"""The group under which an installed package offers engines and auth methods."""


class PluginError(Exception):
    """A plugin that the configuration allows can't be used.  The text gives the reason."""


def load(allowed: tuple[str, ...]) -> Iterator[tuple[str, type[Engine]]]:
    """The classes of the allowed plugins, with their names.

    Args:
        allowed: entry-point names that the configuration allows.  An installed plugin that isn't allowed isn't loaded.

    Raises: `PluginError` for a name that no installed package offers, or that offers something else.
    """
    if not allowed:
        return  # the question goes through the files of every installed package
    offered = {point.name: point for point in entry_points(group=ENTRY_POINTS)}
    for name in allowed:
        if name not in offered:
            raise PluginError(
                f'the plugin "{name}" is allowed by the configuration, but no installed package offers it '
                f"(entry point group {ENTRY_POINTS})"
            )
        try:
            class_ = offered[name].load()
        except Exception as error:
            raise PluginError(f'the plugin "{name}" cannot be imported: {_reason(error)}') from None
        if not (isinstance(class_, type) and issubclass(class_, Engine)):
            raise PluginError(f'the plugin "{name}" is neither an engine nor an auth method')
        if not getattr(class_, "type", ""):
            raise PluginError(f'the plugin "{name}" cannot be mounted: its class has no `type`')
        yield name, class_


def make(name: str, class_: type[Engine]) -> Engine:
    """The engine of a plugin's class.  Raises `PluginError`."""
    try:
        return class_()
    except Exception as error:
        raise PluginError(f'the plugin "{name}" cannot be made: {where(error)}') from None


def _reason(error: Exception) -> str:
    """Why a plugin can't be imported.

    The text is shown only for Python's own errors: a missing module, a syntax error, a class that can't be an engine.
    Any other text comes from the plugin or a library, and may contain a password.
    """
    if isinstance(error, ImportError | SyntaxError | DeclarationError):
        return str(error)
    return where(error)
