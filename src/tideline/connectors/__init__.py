"""Ways to WhatsApp: each connector implements the port of the numbers feature."""
