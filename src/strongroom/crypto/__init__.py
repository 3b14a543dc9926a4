"""All cryptography, and the only importer of `cryptography`; Shamir's scheme alone is our own code."""
