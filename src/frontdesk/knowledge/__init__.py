"""What is known: reads files into articles, cuts articles into passages, shows versions and what differs in them."""
