-- expand
-- Whoever sees a part of a workspace reads its chats by number and by who is responsible, newest first.
CREATE INDEX chat_of_number ON tenant.chat (workspace, number_id, last_message_at DESC NULLS LAST, name_key);
CREATE INDEX chat_of_responsible ON tenant.chat (workspace, responsible_id, last_message_at DESC NULLS LAST, name_key)
    WHERE responsible_id IS NOT NULL;
DROP INDEX tenant.chat_responsible;
