"""Templates of whole files, of the shapes that people have."""
