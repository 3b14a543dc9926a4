# error at line 2
path “secret/*” { policy = “read” }
