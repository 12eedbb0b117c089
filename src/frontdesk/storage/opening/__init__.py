"""Opens a database: connects, migrates, tells how it does."""
