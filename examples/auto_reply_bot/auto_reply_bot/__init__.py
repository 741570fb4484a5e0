"""A bot that answers WhatsApp messages through Tideline."""
