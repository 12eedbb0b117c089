"""`frontdesk demo` and `frontdesk demo-data`."""
