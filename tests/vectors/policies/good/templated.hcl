/* Each person has a folder; each team has one too. */
path "secret/data/people/{{identity.entity.id}}/*" {
  capabilities = [
    "create",
    "read",
    "update",
    "delete",   // the current version only
  ]
}

path "secret/metadata/people/{{ identity.entity.id }}/*" {
  capabilities = ["list"]
}

path "secret/data/teams/{{identity.groups.names.ops.metadata.folder}}/+/config" {
  capabilities = ["read"]
  comment      = "set by the platform team"
}
