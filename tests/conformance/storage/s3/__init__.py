"""S3, as moto has it."""
