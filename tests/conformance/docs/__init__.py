"""The documentation, run: every example does what its page says."""
