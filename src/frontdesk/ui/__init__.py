"""Pages for people: submit and look up, watch an interaction, the desk, signing in. They translate, never choose."""
