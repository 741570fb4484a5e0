"""What people and gateways do with numbers. One transaction each."""
