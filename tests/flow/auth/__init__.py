"""Auth methods over a real barrier in memory."""
