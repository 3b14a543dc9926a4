"""Reads the store of a stopped Vault or OpenBao, with its own keys, without its program.

`rows` reads the formats in which they store rows, `barrier` decrypts them, `encoding` unpacks what is in them, and
`content` knows which row is what.
"""
