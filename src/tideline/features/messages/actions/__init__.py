"""What is done with messages; each is part of the caller's transaction."""
