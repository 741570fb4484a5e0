-- expand
-- Until when WhatsApp lets a number write to nobody it has not talked with; the chats it has go on. NULL: it may.
ALTER TABLE tenant.number ADD COLUMN no_new_chats_until timestamptz;

-- The picture of a chat, as WhatsApp calls it (NULL: it has none), and when we looked. It is looked at again when it is
-- due and there was talk since; the file is `chat.photo_uid`.
CREATE TABLE tenant.chat_photo (
    workspace  integer NOT NULL,
    chat_id    integer NOT NULL,
    picture_id text,
    looked_at  timestamptz NOT NULL,
    due_at     timestamptz NOT NULL,
    PRIMARY KEY (workspace, chat_id),
    FOREIGN KEY (workspace, chat_id) REFERENCES tenant.chat (workspace, id) ON DELETE CASCADE
);
CREATE INDEX chat_photo_due ON tenant.chat_photo (workspace, due_at);

-- What simulated phones and groups show.
ALTER TABLE simulator.phone ADD COLUMN picture bigint;
ALTER TABLE simulator.chat_group ADD COLUMN picture bigint;
