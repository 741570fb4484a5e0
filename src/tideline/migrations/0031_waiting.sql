-- expand
-- Since when a customer waits for an answer: from the first message that nobody has answered until an answer, or until
-- the chat is closed. Of chats from before this column those wait that are open and unread and whose last message came in.
ALTER TABLE tenant.chat ADD COLUMN waiting_since timestamptz;

UPDATE tenant.chat c SET waiting_since = c.last_message_at
WHERE c.contact_id IS NOT NULL AND c.closed_at IS NULL AND NOT c.is_read AND EXISTS (
    SELECT FROM tenant.message m WHERE m.workspace = c.workspace AND m.uid = c.last_message_uid AND NOT m.from_me
);

-- What the views of the list show and count. Each is partial: a chat that is closed, answered and read stands in one of
-- them only. They begin with the number, as those do who see the chats of some numbers; for all of them the newest of
-- each number are put together.
CREATE INDEX chat_waiting ON tenant.chat (workspace, number_id, last_message_at DESC NULLS LAST, name_key)
    WHERE waiting_since IS NOT NULL;
CREATE INDEX chat_unassigned ON tenant.chat (workspace, number_id, last_message_at DESC NULLS LAST, name_key)
    WHERE responsible_id IS NULL AND closed_at IS NULL;
CREATE INDEX chat_open_of_responsible ON tenant.chat
    (workspace, responsible_id, last_message_at DESC NULLS LAST, name_key)
    WHERE responsible_id IS NOT NULL AND closed_at IS NULL;
CREATE INDEX chat_closed ON tenant.chat (workspace, number_id, last_message_at DESC NULLS LAST, name_key)
    WHERE closed_at IS NOT NULL;
CREATE INDEX chat_unread ON tenant.chat (workspace, number_id, last_message_at DESC NULLS LAST, name_key)
    WHERE NOT is_read;

-- Where the AI agent was switched off.
CREATE INDEX chat_autoresponse_off ON tenant.chat (workspace, id) WHERE NOT autoresponse;
