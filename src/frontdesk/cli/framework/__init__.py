"""What all commands have in common: roles, examples, settings, output."""
