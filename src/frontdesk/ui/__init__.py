"""Pages for people: submit and look up messages, track an interaction, the console, signing in. They decide nothing."""
