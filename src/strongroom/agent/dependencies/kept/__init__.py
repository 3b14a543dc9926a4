"""Answers outlive the process with their leases, so that the next one issues nothing again."""
