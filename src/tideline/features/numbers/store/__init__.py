"""Every SQL statement of numbers: the rows of numbers, of pairings, and of leases."""
