-- expand
-- What WhatsApp calls a group that has a name of ours, so that it can go by WhatsApp's again. NULL for groups that do, and
-- for those that were renamed before this column, until WhatsApp tells of them again.
ALTER TABLE tenant.chat ADD COLUMN subject text;

-- The files of a chat, the newest first.
CREATE INDEX message_media ON tenant.message (workspace, chat_id, at DESC, uid DESC) WHERE file_uid IS NOT NULL;
