"""Keys that leave the mount, and keys that come from elsewhere."""
