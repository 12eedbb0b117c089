"""Tables by subject, their rows as facts, the migrations that lead there."""
