ui = false
ui = true
api_addr = "http://a:8200"
api_addr = "http://b:8200"
storage "inmem" {}
listener "tcp" { tls_disable = 1 }
