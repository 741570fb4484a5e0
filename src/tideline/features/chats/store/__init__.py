"""Every SQL statement of chats, by what it is about."""
