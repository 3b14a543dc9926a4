"""Snapshots: whole copies of any store in one file, in the form that clients of raft's snapshots know.

A file is a tar archive with `meta.json`, `state.bin`, `SHA256SUMS` and `SHA256SUMS.sealed`, in gzip's format.
"""
