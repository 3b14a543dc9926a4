# What a job of this project may do, and nothing else.
path "secret/data/deploy" { capabilities = ["read"] }
