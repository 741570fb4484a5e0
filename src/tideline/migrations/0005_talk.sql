-- expand
-- Notes with mentions, reactions of our own, and what integrations keep on chats and messages. Nothing here rewrites
-- a table: new columns are empty, or have one value for all rows that are there.

-- Who was mentioned in a note of a chat, since when. It lets a collaborator see the chat.
CREATE TABLE tenant.chat_mention (
    workspace   integer NOT NULL,
    chat_id     integer NOT NULL,
    teammate_id integer NOT NULL,
    first_at    timestamptz NOT NULL,
    PRIMARY KEY (workspace, chat_id, teammate_id),
    FOREIGN KEY (workspace, chat_id) REFERENCES tenant.chat (workspace, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace, teammate_id) REFERENCES tenant.teammate (workspace, id)
);
CREATE INDEX chat_mention_teammate ON tenant.chat_mention (workspace, teammate_id, chat_id);

-- What an integration keeps here, given back as it was; NULL where there is nothing.
ALTER TABLE tenant.message ADD COLUMN metadata jsonb;
ALTER TABLE tenant.chat ADD COLUMN metadata jsonb;

-- The last change of what a chat shows. Chats from before this column count as changed now, so that who asks for
-- changes gets them once.
ALTER TABLE tenant.chat ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX chat_updated ON tenant.chat (workspace, updated_at);

-- A reaction that was taken away stays as a row without emoji: its time tells older news from newer. One of our own is
-- waiting until WhatsApp has it; `on_whatsapp` is what WhatsApp shows meanwhile.
ALTER TABLE tenant.reaction ALTER COLUMN emoji DROP NOT NULL;
ALTER TABLE tenant.reaction ADD COLUMN is_waiting boolean NOT NULL DEFAULT false;
ALTER TABLE tenant.reaction ADD COLUMN on_whatsapp text;
