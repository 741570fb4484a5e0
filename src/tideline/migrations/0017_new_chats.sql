-- expand
-- Until when WhatsApp lets a number write to nobody it has not talked with; the chats it has go on. NULL: it may.
ALTER TABLE tenant.number ADD COLUMN no_new_chats_until timestamptz;
