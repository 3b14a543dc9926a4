"""Auth methods."""
