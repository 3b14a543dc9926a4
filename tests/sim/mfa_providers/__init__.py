"""Stand-ins for the systems that check second factors: real servers with TLS, made after the public descriptions."""
