"""What workers do, and the processes that do it."""
