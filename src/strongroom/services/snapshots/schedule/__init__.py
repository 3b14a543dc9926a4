"""Snapshots that are taken by a schedule: what is wanted, where they are kept, which are removed."""
