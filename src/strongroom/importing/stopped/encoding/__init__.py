"""What is inside rows: the forms in which Go programs write structures."""
