storage "file" {
	path = "C:\\vault"
}

listener "tcp" {
	tls_disable = 1
}
