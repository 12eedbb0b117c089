"""What other systems call: vendors of channels, back ends."""
