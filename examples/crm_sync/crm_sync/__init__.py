"""Keeps the contacts and messages of a CRM up to date with a Tideline workspace."""
