"""A program with secrets in its environment, which is restarted when they change."""
