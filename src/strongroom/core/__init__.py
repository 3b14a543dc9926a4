"""One request, from the listener to the answer: a file per stage, and `pipeline` that names their order."""
