listener "tcp" {
  address = "a"
# end
