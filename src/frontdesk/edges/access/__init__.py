"""Who calls and what they may: authentication, rate limits, security headers."""
