"""One file a command: what it takes, and what it does. Each is told its settings and returns the exit status."""
