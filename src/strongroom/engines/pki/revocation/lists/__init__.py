"""The lists of a mount: streams of entries, and what was signed over them."""
