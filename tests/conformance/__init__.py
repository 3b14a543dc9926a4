"""Black-box suites that run against every implementation of a contract."""
