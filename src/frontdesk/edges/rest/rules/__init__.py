"""Rule sets over REST."""
