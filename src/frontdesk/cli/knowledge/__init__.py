"""`frontdesk knowledge`, `frontdesk products` and `frontdesk orders`."""
