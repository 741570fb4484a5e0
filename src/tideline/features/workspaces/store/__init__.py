"""Every SQL statement of the feature, by what it is about."""
