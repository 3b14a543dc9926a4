storage "couchdb" {
  endpoint = "https://my-couchdb.example.com:5984/my-database"
  username = "admin"
  password = "admin"
}
listener "tcp" {
  tls_disable = 1
}
