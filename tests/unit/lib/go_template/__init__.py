"""Templates in the language of Go: what they give, what is refused, and what randomness is left."""
