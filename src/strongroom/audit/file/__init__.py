"""The audit device that appends to a regular file."""

from strongroom.audit.file.device import FileDevice

__all__ = ["FileDevice"]
