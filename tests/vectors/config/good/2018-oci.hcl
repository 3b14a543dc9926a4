storage "oci" {
  namespace_name = "ns"
  bucket_name = "vault"
  ha_enabled = "true"
  lock_bucket_name = "vault-lock"
}
seal "ocikms" {
  key_id = "ocid1.key.oc1.iad.afnxza"
  crypto_endpoint = "https://a-crypto.kms.us-ashburn-1.oraclecloud.com"
  management_endpoint = "https://a-management.kms.us-ashburn-1.oraclecloud.com"
  auth_type_api_key = "true"
}
listener "tcp" { address = "0.0.0.0:8200" tls_disable = 1 }
