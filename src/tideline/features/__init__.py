"""What Tideline can do, one folder per feature."""
