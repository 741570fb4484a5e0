-- expand
-- People who look after the installation itself, and see its partners. Nobody does until somebody is made one.
CREATE TABLE directory.operator (
    person integer PRIMARY KEY REFERENCES directory.person ON DELETE CASCADE,
    since  timestamptz NOT NULL
);
-- When a partner was let in last, to the minute.
ALTER TABLE directory.partner ADD COLUMN called_at timestamptz;
-- How many messages of a number have failed since midnight is a question of its page. Few messages fail.
CREATE INDEX message_failed ON tenant.message (workspace, number_id, failed_at) WHERE failed_at IS NOT NULL;
