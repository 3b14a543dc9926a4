"""Signatures, HMACs, hashes, key agreement."""
