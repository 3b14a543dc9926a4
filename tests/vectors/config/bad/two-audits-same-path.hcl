audit "file" "a" { options { file_path = "/a" } }
audit "file" "a/" { options { file_path = "/b" } }
