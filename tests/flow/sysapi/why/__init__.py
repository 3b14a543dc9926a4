"""What administrators ask of policies: why a request is denied, who may make it, what a draft would change."""
