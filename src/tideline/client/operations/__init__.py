"""The operations of both APIs as methods, made from the contracts."""
