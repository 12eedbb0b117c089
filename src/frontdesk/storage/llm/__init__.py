"""What the LLM room keeps: calls, money, remembered answers, use cases, messages to read again."""
