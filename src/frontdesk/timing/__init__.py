"""Time as a desk counts it: business calendars, service levels and rules that wait."""
