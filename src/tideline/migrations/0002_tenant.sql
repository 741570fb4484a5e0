-- expand
-- The tenant schema: everything a workspace owns. Keys begin with the workspace; ids that show on the wire
-- are unique over the installation and stay below 2^31.
CREATE SCHEMA tenant;

CREATE SEQUENCE tenant.team_id AS integer;
CREATE SEQUENCE tenant.teammate_id AS integer;
CREATE SEQUENCE tenant.number_id AS integer;
CREATE SEQUENCE tenant.pairing_id AS integer;
CREATE SEQUENCE tenant.contact_id AS integer;
CREATE SEQUENCE tenant.chat_id AS integer;
CREATE SEQUENCE tenant.label_id AS integer;
CREATE SEQUENCE tenant.fact_id AS bigint CACHE 1;

CREATE TABLE tenant.workspace (
    workspace            integer PRIMARY KEY,
    display_name         text NOT NULL,
    plan                 text NOT NULL,
    zone                 text NOT NULL,
    seats                integer NOT NULL CHECK (seats >= 1),
    messages_quota       integer NOT NULL CHECK (messages_quota >= 0),
    api_calls_quota      integer NOT NULL CHECK (api_calls_quota >= 0),
    billing_anchor       date NOT NULL,
    suspended_at         timestamptz,
    created_at           timestamptz NOT NULL
);

-- What was used of a renewing quota in one period [period_start, period_end).
CREATE TABLE tenant.usage (
    workspace    integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    kind         text NOT NULL CHECK (kind IN ('messages', 'api_calls')),
    period_start timestamptz NOT NULL,
    period_end   timestamptz NOT NULL CHECK (period_end > period_start),
    used         integer NOT NULL DEFAULT 0 CHECK (used >= 0),
    PRIMARY KEY (workspace, kind, period_start)
) WITH (fillfactor = 50);

-- Credits that do not expire. Apart from the workspace's row, which every reader wants and every foreign key locks.
CREATE TABLE tenant.balance (
    workspace    integer PRIMARY KEY REFERENCES tenant.workspace ON DELETE CASCADE,
    remaining    integer NOT NULL DEFAULT 0 CHECK (remaining >= 0),
    topped_up_at timestamptz
) WITH (fillfactor = 50);

CREATE TABLE tenant.team (
    workspace integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    id        integer NOT NULL DEFAULT nextval('tenant.team_id'),
    title     text NOT NULL,
    PRIMARY KEY (workspace, id)
);
CREATE UNIQUE INDEX team_title ON tenant.team (workspace, lower(title));

CREATE TABLE tenant.teammate (
    workspace    integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    id           integer NOT NULL DEFAULT nextval('tenant.teammate_id'),
    person       integer NOT NULL,
    team_id      integer NOT NULL,
    email        text NOT NULL,
    display_name text NOT NULL,
    role         text NOT NULL CHECK (role IN ('owner', 'admin', 'team_supervisor', 'teammate', 'agent', 'collaborator')),
    status       text NOT NULL CHECK (status IN ('active', 'invited', 'suspended', 'removed')),
    invited_until timestamptz,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, team_id) REFERENCES tenant.team (workspace, id)
);
CREATE UNIQUE INDEX teammate_person ON tenant.teammate (workspace, person);
CREATE UNIQUE INDEX teammate_email ON tenant.teammate (workspace, lower(email)) WHERE status <> 'removed';
CREATE UNIQUE INDEX teammate_owner ON tenant.teammate (workspace) WHERE role = 'owner' AND status <> 'removed';

CREATE TABLE tenant.number (
    workspace    integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    id           integer NOT NULL DEFAULT nextval('tenant.number_id'),
    kind         text NOT NULL CHECK (kind IN ('simulator', 'linked', 'cloud')),
    phone        text NOT NULL,
    jid          text NOT NULL,
    lid          text,
    account_name text NOT NULL DEFAULT '',
    owner_id     integer NOT NULL,
    state        text NOT NULL CHECK (state IN
                 ('connecting', 'active', 'offline', 'paused', 'restricted', 'banned', 'replaced', 'outdated', 'unlinked')),
    state_reason text,
    state_until  timestamptz,
    state_at     timestamptz NOT NULL,
    connected_at timestamptz NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, owner_id) REFERENCES tenant.teammate (workspace, id)
);
CREATE UNIQUE INDEX number_jid ON tenant.number (workspace, jid);

CREATE TABLE tenant.pairing (
    workspace     integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    id            integer NOT NULL DEFAULT nextval('tenant.pairing_id'),
    kind          text NOT NULL CHECK (kind IN ('simulator', 'linked', 'cloud')),
    teammate_id   integer NOT NULL,
    method        text NOT NULL CHECK (method IN ('qr', 'code')),
    phone         text,
    state         text NOT NULL CHECK (state IN ('requested', 'waiting', 'linked', 'failed', 'expired', 'cancelled')),
    qr            text,
    code          text,
    code_until    timestamptz,
    error         text,
    number_id     integer,
    node          uuid,
    adopted_at    timestamptz,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, teammate_id) REFERENCES tenant.teammate (workspace, id)
);
CREATE INDEX pairing_open ON tenant.pairing (workspace, state, created_at) WHERE state IN ('requested', 'waiting');
CREATE INDEX pairing_to_adopt ON tenant.pairing (workspace, number_id) WHERE state = 'linked' AND adopted_at IS NULL;

-- What a connector reported and Tideline could not store: kept as it came, so that nothing is lost and nothing blocks.
CREATE TABLE tenant.event_set_aside (
    workspace   integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    number_id   integer NOT NULL,
    uid         uuid NOT NULL,
    envelope_id bigint NOT NULL,
    kind        text NOT NULL,
    event       bytea NOT NULL,
    error       text NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (workspace, uid),
    FOREIGN KEY (workspace, number_id) REFERENCES tenant.number (workspace, id)
);

-- A person as one number knows them: {phone, lid, bsuid}, any of which may be missing, at least one is there.
-- Two rows that turn out to be one person: the younger points to the older with `merged_into` and repeats its
-- phone, LID and name, so that what refers to it reads right without being rewritten.
CREATE TABLE tenant.contact (
    workspace  integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    id         integer NOT NULL DEFAULT nextval('tenant.contact_id'),
    number_id  integer NOT NULL,
    phone      text,
    lid        text,
    bsuid      text,
    name       text,
    merged_into integer,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, number_id) REFERENCES tenant.number (workspace, id),
    CHECK (phone IS NOT NULL OR lid IS NOT NULL OR bsuid IS NOT NULL)
) WITH (autovacuum_analyze_scale_factor = 0.01);
CREATE UNIQUE INDEX contact_phone ON tenant.contact (workspace, number_id, phone) WHERE merged_into IS NULL AND phone IS NOT NULL;
CREATE UNIQUE INDEX contact_lid ON tenant.contact (workspace, number_id, lid) WHERE merged_into IS NULL AND lid IS NOT NULL;
CREATE UNIQUE INDEX contact_bsuid ON tenant.contact (workspace, number_id, bsuid) WHERE merged_into IS NULL AND bsuid IS NOT NULL;
CREATE INDEX contact_merged ON tenant.contact (workspace, merged_into) WHERE merged_into IS NOT NULL;
-- Phones are also looked for by their last digits ("with a zero instead of the country code").
CREATE INDEX contact_ending ON tenant.contact (workspace, reverse(COALESCE(phone, lid, '')) text_pattern_ops) WHERE merged_into IS NULL;

CREATE TABLE tenant.file (
    workspace   integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    uid         uuid NOT NULL,
    filename    text NOT NULL,
    mimetype    text NOT NULL,
    size        bigint NOT NULL,
    purpose     text NOT NULL CHECK (purpose IN ('upload', 'media', 'photo')),
    state       text NOT NULL CHECK (state IN ('pending', 'stored', 'deleted')),
    uploaded_by integer,
    created_at  timestamptz NOT NULL,
    stored_at   timestamptz,
    deleted_at  timestamptz,
    swept_at    timestamptz,
    PRIMARY KEY (workspace, uid)
);
CREATE INDEX file_unfinished ON tenant.file (workspace, created_at) WHERE state <> 'stored' AND swept_at IS NULL;
CREATE INDEX file_uploads ON tenant.file (workspace, created_at DESC) WHERE state = 'stored' AND purpose = 'upload';

-- phone, lid and labels repeat what contact and chat_label say, so that the list of chats needs no join for them.
-- Incoming messages with a uid up to `read_until` count as read.
CREATE TABLE tenant.chat (
    workspace       integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    id              integer NOT NULL DEFAULT nextval('tenant.chat_id'),
    number_id       integer NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('direct', 'group', 'broadcast', 'channel')),
    contact_id      integer,
    group_jid       text,
    phone           text,
    lid             text,
    name            text NOT NULL,
    name_key        text NOT NULL,
    is_renamed      boolean NOT NULL DEFAULT false,
    is_read         boolean NOT NULL DEFAULT false,
    is_left         boolean NOT NULL DEFAULT false,
    closed_at       timestamptz,
    responsible_id  integer,
    autoresponse    boolean NOT NULL DEFAULT true,
    autoresponse_locked boolean NOT NULL DEFAULT false,
    unattended      boolean NOT NULL DEFAULT false,
    photo_uid       uuid,
    labels          text[] NOT NULL DEFAULT '{}',
    last_message_uid uuid,
    last_message_at timestamptz,
    read_until      uuid,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, number_id) REFERENCES tenant.number (workspace, id),
    FOREIGN KEY (workspace, contact_id) REFERENCES tenant.contact (workspace, id),
    FOREIGN KEY (workspace, responsible_id) REFERENCES tenant.teammate (workspace, id),
    CHECK ((kind = 'direct') = (contact_id IS NOT NULL)),
    CHECK ((kind = 'direct') = (group_jid IS NULL))
) WITH (fillfactor = 80, autovacuum_analyze_scale_factor = 0.01);
CREATE UNIQUE INDEX chat_contact ON tenant.chat (workspace, contact_id) WHERE contact_id IS NOT NULL;
CREATE UNIQUE INDEX chat_group ON tenant.chat (workspace, number_id, group_jid) WHERE group_jid IS NOT NULL;
CREATE UNIQUE INDEX chat_name ON tenant.chat (workspace, name_key);
CREATE INDEX chat_recent ON tenant.chat (workspace, last_message_at DESC NULLS LAST, name_key);
CREATE INDEX chat_responsible ON tenant.chat (workspace, responsible_id) WHERE responsible_id IS NOT NULL;

-- Substrings of 1 to 3 characters, each behind the workspace's number and a mark (`17:n:mir`): what pg_trgm would do,
-- without an extension. Costly on purpose, so that the planner computes them for the index and never for a scan.
CREATE FUNCTION tenant.grams(workspace integer, mark text, value text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000 AS $$
DECLARE
    found text[] := '{}';
BEGIN
    FOR size IN 1..3 LOOP
        FOR start IN 1..length(value) - size + 1 LOOP
            found := array_append(found, workspace || ':' || mark || ':' || substr(value, start, size));
        END LOOP;
    END LOOP;
    RETURN found;
END $$;

-- What chats are found by, beside the chat, so that a message that arrives does not touch the index of substrings.
CREATE TABLE tenant.chat_search (
    workspace integer NOT NULL,
    chat_id   integer NOT NULL,
    name_key  text NOT NULL,
    phone     text NOT NULL,
    PRIMARY KEY (workspace, chat_id),
    FOREIGN KEY (workspace, chat_id) REFERENCES tenant.chat (workspace, id) ON DELETE CASCADE
);
CREATE INDEX chat_search_name ON tenant.chat_search USING gin (tenant.grams(workspace, 'n', name_key));
CREATE INDEX chat_search_phone ON tenant.chat_search USING gin (tenant.grams(workspace, 'p', phone));

-- Ids of chats that were merged into another: they answer with it for ever.
CREATE TABLE tenant.chat_alias (
    workspace  integer NOT NULL,
    old_id     integer NOT NULL,
    chat_id    integer NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace, old_id),
    FOREIGN KEY (workspace, chat_id) REFERENCES tenant.chat (workspace, id) ON DELETE CASCADE
);
CREATE INDEX chat_alias_chat ON tenant.chat_alias (workspace, chat_id);

CREATE TABLE tenant.chat_member (
    workspace  integer NOT NULL,
    chat_id    integer NOT NULL,
    contact_id integer,
    is_own     boolean NOT NULL DEFAULT false,
    role       text NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    position   integer NOT NULL,
    FOREIGN KEY (workspace, chat_id) REFERENCES tenant.chat (workspace, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace, contact_id) REFERENCES tenant.contact (workspace, id),
    CHECK (is_own = (contact_id IS NULL)),
    PRIMARY KEY (workspace, chat_id, position)
);
CREATE UNIQUE INDEX chat_member_contact ON tenant.chat_member (workspace, contact_id, chat_id) WHERE contact_id IS NOT NULL;

-- The members of a group as JSON, written anew when one of them changes: a page of chats may hold fifty groups of
-- two hundred people, and reads must not join ten thousand rows for it.
CREATE TABLE tenant.chat_roster (
    workspace integer NOT NULL,
    chat_id   integer NOT NULL,
    members   text NOT NULL,
    PRIMARY KEY (workspace, chat_id),
    FOREIGN KEY (workspace, chat_id) REFERENCES tenant.chat (workspace, id) ON DELETE CASCADE
);

CREATE TABLE tenant.label (
    workspace  integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    id         integer NOT NULL DEFAULT nextval('tenant.label_id'),
    name       text NOT NULL CHECK (name <> ''),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace, id)
);
CREATE UNIQUE INDEX label_name ON tenant.label (workspace, name);

CREATE TABLE tenant.chat_label (
    workspace integer NOT NULL,
    chat_id   integer NOT NULL,
    label_id  integer NOT NULL,
    added_at  timestamptz NOT NULL,
    PRIMARY KEY (workspace, chat_id, label_id),
    FOREIGN KEY (workspace, chat_id) REFERENCES tenant.chat (workspace, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace, label_id) REFERENCES tenant.label (workspace, id) ON DELETE CASCADE
);
CREATE INDEX chat_label_label ON tenant.chat_label (workspace, label_id, chat_id);

CREATE TABLE tenant.message (
    workspace    integer NOT NULL,
    uid          uuid NOT NULL,
    chat_id      integer NOT NULL,
    number_id    integer NOT NULL,
    external_id  text,
    from_me      boolean NOT NULL,
    type         text NOT NULL CHECK (type IN ('whatsapp', 'whatsapp_call', 'note', 'email', 'summary')),
    content      text NOT NULL,
    text         text,
    status       text NOT NULL,
    origin       text NOT NULL,
    at           timestamptz NOT NULL,
    received_at  timestamptz NOT NULL,
    sender_id    integer,
    sender_name  text,
    created_by   integer,
    reply_to     uuid,
    file_uid     uuid,
    is_private   boolean,
    credits_period  smallint NOT NULL DEFAULT 0,
    credits_balance smallint NOT NULL DEFAULT 0,
    charged_period  timestamptz,
    sending_at   timestamptz,
    sent_at      timestamptz,
    delivered_at timestamptz,
    read_at      timestamptz,
    failed_at    timestamptz,
    failure      jsonb,
    edited_at    timestamptz,
    revoked_at   timestamptz,
    has_reactions boolean NOT NULL DEFAULT false,
    data         jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (workspace, uid),
    FOREIGN KEY (workspace, chat_id) REFERENCES tenant.chat (workspace, id),
    FOREIGN KEY (workspace, file_uid) REFERENCES tenant.file (workspace, uid)
) WITH (fillfactor = 85, autovacuum_analyze_scale_factor = 0.01);
CREATE INDEX message_history ON tenant.message (workspace, chat_id, at DESC, uid DESC);
CREATE UNIQUE INDEX message_external ON tenant.message (workspace, number_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX message_in_doubt ON tenant.message (workspace, sending_at) WHERE status = 'Sending';
CREATE INDEX message_file ON tenant.message (workspace, file_uid) WHERE file_uid IS NOT NULL;

CREATE TABLE tenant.reaction (
    workspace   integer NOT NULL,
    message_uid uuid NOT NULL,
    person      text NOT NULL,
    contact_id  integer,
    emoji       text NOT NULL CHECK (emoji <> ''),
    reacted_at  timestamptz NOT NULL,
    PRIMARY KEY (workspace, message_uid, person),
    FOREIGN KEY (workspace, message_uid) REFERENCES tenant.message (workspace, uid) ON DELETE CASCADE,
    CHECK ((person = 'own') = (contact_id IS NULL))
);
CREATE INDEX reaction_contact ON tenant.reaction (workspace, contact_id) WHERE contact_id IS NOT NULL;

-- Receipts that came before the send they are about was recorded; taken up when it is.
CREATE TABLE tenant.early_receipt (
    workspace   integer NOT NULL,
    number_id   integer NOT NULL,
    external_id text NOT NULL,
    status      text NOT NULL CHECK (status IN ('Sent', 'Delivered', 'Read', 'Failed')),
    at          timestamptz NOT NULL,
    error       text,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (workspace, number_id, external_id, status),
    FOREIGN KEY (workspace, number_id) REFERENCES tenant.number (workspace, id)
);
CREATE INDEX early_receipt_age ON tenant.early_receipt (workspace, received_at);

-- The log of everything that happened. `seq` is given by the dispatcher after the commit: gapless per workspace.
CREATE TABLE tenant.fact (
    workspace  integer NOT NULL,
    id         bigint NOT NULL DEFAULT nextval('tenant.fact_id'),
    seq        bigint,
    at         timestamptz NOT NULL,
    kind       text NOT NULL,
    version    smallint NOT NULL,
    actor_kind text NOT NULL,
    actor_id   integer,
    chat_id    integer,
    payload    jsonb NOT NULL,
    PRIMARY KEY (workspace, id, at)
) PARTITION BY RANGE (at);
CREATE INDEX fact_unnumbered ON tenant.fact (id) WHERE seq IS NULL;
CREATE UNIQUE INDEX fact_seq ON tenant.fact (workspace, seq, at);
CREATE TABLE tenant.fact_rest PARTITION OF tenant.fact DEFAULT;

CREATE TABLE tenant.fact_counter (
    workspace integer PRIMARY KEY REFERENCES tenant.workspace ON DELETE CASCADE,
    last_seq  bigint NOT NULL DEFAULT 0
);
