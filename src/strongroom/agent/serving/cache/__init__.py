"""Answers with tokens and leases, which are kept and renewed."""
