"""A region that follows another one, and the first region that feeds it."""
