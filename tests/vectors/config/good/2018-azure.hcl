storage "azure" {
  accountName = "acme"
  accountKey  = "abc123=="
  container   = "vault"
  environment = "AzurePublicCloud"
}
seal "azurekeyvault" {
  tenant_id      = "46646709-b63e-4747-be42-516edeaf1e14"
  client_id      = "03dc33fc-16d9-4b77-8152-3ec568f8af6e"
  client_secret  = "DUJDS3..."
  vault_name     = "hc-vault"
  key_name       = "vault_key"
}
listener "tcp" { address = "0.0.0.0:8200" tls_disable = true }
telemetry {
  dogstatsd_addr = "127.0.0.1:8125"
  dogstatsd_tags = ["env:prod", "team:sec"]
  prefix_filter  = ["+vault.token", "-vault.expire"]
}
