backend "zookeeper" {
  address = "zk1:2181,zk2:2181,zk3:2181"
  path    = "vault/"
  znode_owner = "digest:vault:abc="
  auth_info = "digest:vault:secret"
  redirect_addr = "http://10.0.0.5:8200"
}
listener "tcp" {
  address     = "10.0.0.5:8200"
  tls_disable = "true"
}
