"""The interfaces for other programs: they translate between protocols and our services, and decide nothing."""
