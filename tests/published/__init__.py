"""Test vectors that others have published, read from where they are installed; none of them is copied."""
