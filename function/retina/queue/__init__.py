"""Work that waits: embedded (`local`) or in AWS (`aws`), by the rules in `port`."""
