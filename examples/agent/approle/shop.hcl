# What the machine may do, and nothing else.
path "secret/data/shop" { capabilities = ["read"] }
