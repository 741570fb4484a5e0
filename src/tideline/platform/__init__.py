"""What every part stands on; it knows no business words."""
