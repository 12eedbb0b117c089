"""The facts that figures come from, and how they follow what changes."""
