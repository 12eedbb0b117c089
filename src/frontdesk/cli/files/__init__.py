"""Records out of files, whatever wrote them."""
