"""What the pipeline reads and writes: messages, work, effects, answers, each step in one transaction."""
