"""Cases of auth methods that the reference server's later releases have as plugins only."""
