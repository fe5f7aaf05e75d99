"""What was agreed, and what came of it."""
