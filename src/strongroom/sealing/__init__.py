"""Opens and closes the barrier: initialization, key shares, root key."""
