"""Every engine whose secrets live in a real server, while the way to that server fails at each of its questions."""
