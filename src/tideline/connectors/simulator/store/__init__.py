"""Every SQL statement of the simulated WhatsApp, by what it is about."""
