"""The certificates that were signed, as rows."""
