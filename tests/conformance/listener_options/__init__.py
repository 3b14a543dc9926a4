"""What the listener's stanza changes, seen by clients of real processes."""
