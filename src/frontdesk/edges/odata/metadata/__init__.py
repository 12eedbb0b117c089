"""The metadata document in XML and JSON."""
