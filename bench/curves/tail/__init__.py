"""The tail: how long reads take while something long runs."""
