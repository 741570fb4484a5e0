"""Every SQL statement of messages, by what it is about."""
