"""Quotas: how many requests clients may send, and how many leases there may be."""
