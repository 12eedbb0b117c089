"""The channels through which customers reach us, one file or folder each."""
