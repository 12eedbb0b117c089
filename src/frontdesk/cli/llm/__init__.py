"""`frontdesk llm`."""
