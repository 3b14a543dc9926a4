"""Secrets engines, one folder each; they see `sdk`, `crypto` and `lib` only."""
