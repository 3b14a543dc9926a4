path "kv/*" {
	capabilities = ["read", "list"] # tabs and carriage returns
}
