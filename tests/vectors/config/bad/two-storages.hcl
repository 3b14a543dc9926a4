storage "file" { path = "/a" }
storage "raft" { path = "/b" }
