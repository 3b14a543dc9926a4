"""Auth methods with real servers."""
