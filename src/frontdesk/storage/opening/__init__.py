"""Opens a database: connects, migrates, reports its condition."""
