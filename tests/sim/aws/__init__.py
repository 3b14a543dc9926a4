"""AWS as the tests have it: `moto_server`, a stand-in for its services, and requests that clients sign."""
