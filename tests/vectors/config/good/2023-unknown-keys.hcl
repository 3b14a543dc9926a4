ui = true
sotrage "file" { path = "/d" }
listener "tcp" {
  address = "127.0.0.1:8200"
  tls_disable = 1
  tls_disabled = 1
}
some_future_setting = ["a", 1]
storage "file" { path = "/data" }
