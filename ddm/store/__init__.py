"""What processes share and what outlives them: the queue in SQLite, and who may work on it."""
