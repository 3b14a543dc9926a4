path   "a"   {
 capabilities=[ "read" ,"list" ]
  policy = "read" # c



# d
 comment = "1",
}
path "b" {}
path "c" { capabilities = ["read"] }
/* block
 comment */
path "d"
{
  capabilities = ["create",
     "read",
  "update"]
  allowed_parameters = {
   "a" = ["x"]
       "long name"   = []   // trailing
  }
  min_wrapping_ttl = "1s"
}
