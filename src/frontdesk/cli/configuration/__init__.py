"""`frontdesk config`: settings shown and checked; what is configured on pages as files."""
