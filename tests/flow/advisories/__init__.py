"""Faults that others of this API have had, tried here: one test for each advisory.

The table of all of them, with those that have no meaning here, is `docs/advisories.md`.
"""
