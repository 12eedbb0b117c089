"""Full-text search: the words of each interaction, and what a searcher's line asks for."""
