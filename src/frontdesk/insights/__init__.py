"""Figures about what happens at the front desk: dimensions and measures declared once, asked of facts in columns."""
