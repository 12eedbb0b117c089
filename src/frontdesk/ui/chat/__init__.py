"""The chat widget's side of the server: one script for any web site, messages in, a stream of messages out."""
