"""The auth method radius, in this process."""
