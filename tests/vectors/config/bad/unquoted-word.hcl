api_addr = hunter2
