"""`frontdesk simulate`."""
