"""What templates ask for: each thing once, with its answer, its lease, and when it is refreshed."""
