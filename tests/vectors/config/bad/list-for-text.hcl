api_addr = ["a"]
