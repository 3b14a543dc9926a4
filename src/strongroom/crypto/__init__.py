"""All cryptography, and the only importer of `cryptography` and `nacl`.

Our own code are Shamir's scheme, and the steps of Ed25519ctx and Ed25519ph over libsodium's arithmetic.
"""
