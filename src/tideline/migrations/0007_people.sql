-- expand
-- Whoever sees a part of a workspace reads its chats by number and by who is responsible, newest first.
CREATE INDEX chat_of_number ON tenant.chat (workspace, number_id, last_message_at DESC NULLS LAST, name_key);
CREATE INDEX chat_of_responsible ON tenant.chat (workspace, responsible_id, last_message_at DESC NULLS LAST, name_key)
    WHERE responsible_id IS NOT NULL;
DROP INDEX tenant.chat_responsible;

-- Mails: stored in the transaction of their cause, sent by a worker. The text holds links that open accounts, so it is
-- sealed, and gone once it was sent. `about` names what a mail is about: a newer one takes the place of an older one.
CREATE TABLE directory.mail (
    uid        uuid PRIMARY KEY,
    workspace  integer REFERENCES directory.workspace ON DELETE CASCADE,
    kind       text NOT NULL,
    about      text NOT NULL,
    recipient  text NOT NULL,
    name       text NOT NULL,
    subject    text NOT NULL,
    sealed     bytea,
    state      text NOT NULL CHECK (state IN ('pending', 'sent', 'failed', 'kept')),
    attempts   integer NOT NULL DEFAULT 0,
    next_at    timestamptz NOT NULL,
    problem    text,
    created_at timestamptz NOT NULL,
    give_up_at timestamptz NOT NULL,
    settled_at timestamptz,
    CHECK ((sealed IS NULL) = (state = 'sent'))
);
CREATE INDEX mail_pending ON directory.mail (next_at) WHERE state = 'pending';
CREATE INDEX mail_about ON directory.mail (about) WHERE state <> 'sent';
CREATE INDEX mail_age ON directory.mail (created_at);
CREATE INDEX mail_workspace ON directory.mail (workspace);
