"""What was measured, as files: JSON, charts, tables and the page of the documentation."""
