"""Why a migration doesn't begin, or ends without success."""

from __future__ import annotations


class MigrationRefused(Exception):
    """Nothing is lost, and the source was only read; the text says what to do."""
