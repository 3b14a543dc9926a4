"""Certificates that certificates are issued by."""
