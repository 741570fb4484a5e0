"""Tideline: a self-hosted WhatsApp team inbox and API platform."""

__version__ = "0.1.0"
