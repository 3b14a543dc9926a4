"""The audit device that appends to a regular file."""

from strongroom.audit.file.device import FileDevice, file_device

__all__ = ["FileDevice", "file_device"]
