"""The console: the pages of the service team."""
