"""The keys of a mount: what is stored of them, and how a version becomes a key that can be used."""
