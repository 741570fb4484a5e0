-- expand
-- Figures by day, in the time of the workspace, kept by those who write: a page of them must not read a million messages.

-- How many messages a day has, by the time that WhatsApp gives them. Teammate 0 is nobody of the team: a customer, or the
-- phone itself.
CREATE TABLE tenant.message_day (
    workspace   integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    day         date NOT NULL,
    number_id   integer NOT NULL,
    teammate_id integer NOT NULL,
    received    integer NOT NULL DEFAULT 0,
    by_people   integer NOT NULL DEFAULT 0,
    by_api      integer NOT NULL DEFAULT 0,
    by_phone    integer NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace, day, number_id, teammate_id)
) WITH (fillfactor = 50);

-- Workspaces with messages from before this table. Those with an earlier uid than `before` are counted by a chore, from
-- `next_uid` on, once `ready_at` has come; newer ones when they are told. The ten minutes are for nodes of the version
-- before, which tell nobody.
CREATE TABLE tenant.message_day_backlog (
    workspace integer PRIMARY KEY REFERENCES tenant.workspace ON DELETE CASCADE,
    before    uuid NOT NULL,
    ready_at  timestamptz NOT NULL,
    next_uid  uuid
);
INSERT INTO tenant.message_day_backlog (workspace, before, ready_at, next_uid)
SELECT w.workspace,
       (lpad(to_hex((extract(epoch FROM now() + interval '10 minutes') * 1000)::bigint), 12, '0')
        || '70008000000000000000')::uuid,
       now() + interval '11 minutes', '00000000-0000-0000-0000-000000000000'::uuid
FROM tenant.workspace w
WHERE EXISTS (SELECT FROM tenant.message m WHERE m.workspace = w.workspace);

-- Since when a customer waits for an answer in a chat. Without a foreign key: checking one would lock the chat's row.
CREATE TABLE tenant.waiting (
    workspace integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    chat_id   integer NOT NULL,
    since     timestamptz NOT NULL,
    PRIMARY KEY (workspace, chat_id)
);

-- How long first answers took, as how many took about so long; the steps grow by a seventh (features/messages/figures.py).
CREATE TABLE tenant.answer_day (
    workspace   integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    day         date NOT NULL,
    number_id   integer NOT NULL,
    teammate_id integer NOT NULL,
    step        smallint NOT NULL,
    answers     integer NOT NULL,
    PRIMARY KEY (workspace, day, number_id, teammate_id, step)
) WITH (fillfactor = 50);

CREATE TABLE tenant.api_call_day (
    workspace integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    day       date NOT NULL,
    calls     bigint NOT NULL,
    PRIMARY KEY (workspace, day)
) WITH (fillfactor = 50);

-- What became of events for the workspace's own webhooks.
CREATE TABLE tenant.delivery_day (
    workspace integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    day       date NOT NULL,
    delivered integer NOT NULL DEFAULT 0,
    failed    integer NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace, day)
) WITH (fillfactor = 50);
