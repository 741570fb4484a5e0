"""Ways in: each surface translates one dialect and calls actions."""
