"""The test kit's mount, under the name by which the tests know it."""

from strongroom.testing.mounted import DEFAULT_TTL_S, MOUNT_ID, ROOT_KEY, Mounted, open_barrier

__all__ = ["DEFAULT_TTL_S", "MOUNT_ID", "ROOT_KEY", "Mounted", "open_barrier"]
