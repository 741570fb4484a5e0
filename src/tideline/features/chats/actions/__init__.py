"""What people do with chats, and what WhatsApp tells about them; each is part of the caller's transaction."""
