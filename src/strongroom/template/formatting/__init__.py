"""How values are written, as Go's `fmt` writes them (p)."""
