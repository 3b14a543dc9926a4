"""The listener of a region, and what runs beside it."""
