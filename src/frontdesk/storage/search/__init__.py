"""Full-text search: the words of each interaction, and the parsing of search queries."""
