"""What people do with business numbers."""
