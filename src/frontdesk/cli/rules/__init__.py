"""`frontdesk rules`."""
