"""Strongroom: a secrets server that speaks the HTTP API of HashiCorp Vault."""
