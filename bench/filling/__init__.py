"""Fills the store of a stopped server in this process, with the very rows that its API would write.

A million secrets through the API take many minutes; several hundred rows in one transaction take a second for tens of
thousands of them.  Encryption, keys and indexes are the server's own code.
"""
