"""Keys in pairs: RSA, ECDSA and ECDH, Ed25519; their formats, their certificates, and how others' keys come in.

Nothing is exported from here, so that a process loads only the primitives that it uses.
"""
