"""Answers questions of customers from articles: finds, chooses, words; honest when nothing fits. No input or output."""
