-- expand
-- What WhatsApp said of a message beyond what is understood of it here: members that are new, and all of a kind that nobody
-- knows. NULL where there was nothing of it, which is nearly always.
ALTER TABLE tenant.message ADD COLUMN raw jsonb;
