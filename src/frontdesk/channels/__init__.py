"""Ways a customer reaches us, one file each (outbound side here; the inbound side of a web form is in edges and ui)."""
