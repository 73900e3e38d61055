"""Where the server is and who asks: flags, environment, and the file of servers by name."""
