"""Every SQL statement about business numbers."""
