"""Pages of the documentation that are written from the code; tests compare them."""
