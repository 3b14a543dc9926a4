"""The certificates that were issued."""
