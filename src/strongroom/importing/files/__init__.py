"""Secrets in files of other programs as a source: `.env`, JSON, an export of Bitwarden."""
