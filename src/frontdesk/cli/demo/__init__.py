"""`frontdesk demo`."""
