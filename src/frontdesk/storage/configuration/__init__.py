"""What people configure: code lists, rule sets, reply templates."""
