"""`frontdesk import` and `frontdesk export`."""
