# What the pod may do, and nothing else.
path "secret/data/shop" { capabilities = ["read"] }
path "secret/data/other" { capabilities = ["read"] }
