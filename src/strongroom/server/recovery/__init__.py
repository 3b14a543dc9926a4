"""Recovery mode: a server that serves nothing but rows of its store, to whoever holds enough key shares.

Source: https://developer.hashicorp.com/vault/docs/concepts/recovery-mode
"""
