"""What cannot be proven without WhatsApp: two spare numbers talk with each other (docs/whatsapp.md)."""
