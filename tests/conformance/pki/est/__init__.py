"""EST as its clients see it."""
