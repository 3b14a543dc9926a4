"""Configurations that are made from what a server holds, for `agent generate-config` (p)."""
