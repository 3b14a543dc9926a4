ui = true
disable_cache = "maybe"
