"""`frontdesk analyse`."""
