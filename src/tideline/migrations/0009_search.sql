-- expand
-- What messages are found by. Apart from the messages, so that receipts, which write those again and again, do not
-- touch the index of words.

-- The words of a message and where it stands, each behind the workspace's number and the fortnight of the message
-- (`17/1484/invoice`, `17/1484/@c42`): so the workspace is part of the index without an extension, what arrives
-- touches only the newest part of it, and a search goes back in time as far as it has to. Costly on purpose, so
-- that the planner computes this for the index and never for a scan; not for parallel plans, which that would call for
-- and whose start takes longer than a search.
CREATE FUNCTION tenant.search_terms(
    workspace integer, fortnight integer, words text, chat_id integer, number_id integer, sender_id integer,
    created_by integer, type text
) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE COST 5000 AS $$
BEGIN
    RETURN replace(
        words || '@c' || chat_id || ' @n' || number_id || COALESCE(' @s' || sender_id, '')
            || COALESCE(' @t' || created_by, '') || CASE type WHEN 'whatsapp' THEN '' ELSE ' @' || type END,
        ' ', ' ' || workspace || '/' || fortnight || '/'
    )::tsvector;
END $$;

-- Without a reference to the message: checking it locks the row of each message that comes in, which cost more than all
-- else here. `chat_id` is the chat at the time of writing; a chat that was merged into another one leaves its old id here.
CREATE TABLE tenant.message_search (
    workspace  integer NOT NULL,
    uid        uuid NOT NULL,
    at         timestamptz NOT NULL,
    fortnight  integer NOT NULL,
    chat_id    integer NOT NULL,
    number_id  integer NOT NULL,
    sender_id  integer,
    created_by integer,
    from_me    boolean NOT NULL,
    type       text NOT NULL CHECK (type <> ''),
    words      text NOT NULL CHECK (words <> '')
) WITH (autovacuum_analyze_scale_factor = 0.01);

-- Each statement gets the one index that is right for it, because it repeats the condition of that index, which is true
-- for all rows. The planner would choose by guessing: of a workspace that is younger than its statistics it expects a
-- row or two, and would compute the terms of all its messages rather than ask the index of words.
CREATE UNIQUE INDEX message_search_uid ON tenant.message_search (uid, workspace) WHERE type <> '';
CREATE INDEX message_search_newest ON tenant.message_search (workspace, at, uid) WHERE words <> '';

-- New entries wait in a short list and are sorted in together; every search reads that list, hence short (kilobytes).
CREATE INDEX message_search_terms ON tenant.message_search
    USING gin (tenant.search_terms(workspace, fortnight, words, chat_id, number_id, sender_id, created_by, type))
    WITH (gin_pending_list_limit = 128);
ALTER INDEX tenant.message_search_terms ALTER COLUMN 1 SET STATISTICS 0;

-- Workspaces whose messages from before this table are still to be read: those up to `next_uid`, newest first.
CREATE TABLE tenant.search_backlog (
    workspace integer PRIMARY KEY REFERENCES tenant.workspace ON DELETE CASCADE,
    next_uid  uuid NOT NULL
);
INSERT INTO tenant.search_backlog (workspace, next_uid)
SELECT w.workspace, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid FROM tenant.workspace w
WHERE EXISTS (SELECT FROM tenant.message m WHERE m.workspace = w.workspace);
