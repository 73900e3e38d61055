"""VICIdial's Non-Agent API: the only place that holds httpx, and that reveals the password."""
