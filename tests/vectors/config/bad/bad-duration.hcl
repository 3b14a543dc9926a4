ui = true
max_lease_ttl = "one month"
