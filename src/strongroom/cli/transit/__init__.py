"""The commands of the group `transit`."""
