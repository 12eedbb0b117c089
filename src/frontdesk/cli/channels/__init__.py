"""`frontdesk channels` and `frontdesk inbox`."""
