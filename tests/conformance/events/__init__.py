"""Events, by clients that others have written."""
