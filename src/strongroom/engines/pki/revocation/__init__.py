"""Certificates that don't count any more, and the lists that say so.

No request waits for a list.  A revocation is a row, and an entry that waits to be listed; lists are made of them beside
the requests.  Why: `docs/adr/`.
"""
