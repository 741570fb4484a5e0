"""Every page of the dashboard in a shop that has a bit of everything, for tests that look at all and for pictures."""
