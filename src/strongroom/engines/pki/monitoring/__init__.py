"""What monitoring is told of pki mounts."""
