"""What outlives a request: embedded (`local`) or in AWS (`aws`), behind one `port`."""
