"""The one state of authentication."""
