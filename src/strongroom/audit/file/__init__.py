"""The audit device that appends to a regular file."""

from strongroom.audit.file.device import FileDevice, file_device, place_of, unplaced_device
from strongroom.audit.file.opening import Ground
from strongroom.audit.file.place import Rules

__all__ = ["FileDevice", "Ground", "Rules", "file_device", "place_of", "unplaced_device"]
