"""The commands of the group `pki`."""
