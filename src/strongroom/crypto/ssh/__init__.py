"""OpenSSH's formats: keys, certificates, and lists of what was revoked.

Nothing is exported from here, so that a process loads only the primitives that it uses.
"""
