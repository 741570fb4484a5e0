-- expand
-- The simulator's world: a small WhatsApp with its own tables and its own transactions. Nothing here refers to the
-- other schemas and nothing there refers to this one, as with the real network. Without the simulator it stays empty.
CREATE SCHEMA simulator;

-- One row. Every change of the world locks it, so the world takes one step at a time and ids follow the steps.
-- `changes` grows with each step; screens wait for it.
CREATE TABLE simulator.world (
    id         boolean PRIMARY KEY DEFAULT true CHECK (id),
    last_id    bigint NOT NULL DEFAULT 0,
    last_event bigint NOT NULL DEFAULT 0,
    changes    bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);
INSERT INTO simulator.world DEFAULT VALUES;

CREATE TABLE simulator.phone (
    id            bigint PRIMARY KEY,
    phone         text NOT NULL UNIQUE,
    lid           text NOT NULL UNIQUE,
    name          text NOT NULL,
    online        boolean NOT NULL DEFAULT true,
    read_receipts boolean NOT NULL DEFAULT true,
    on_whatsapp   boolean NOT NULL DEFAULT true,
    restricted    boolean NOT NULL DEFAULT false,
    banned        boolean NOT NULL DEFAULT false,
    addressing    text NOT NULL DEFAULT 'phone' CHECK (addressing IN ('phone', 'lid')),
    delay_ms      integer NOT NULL DEFAULT 0 CHECK (delay_ms >= 0),
    fail_next     text,
    created_at    timestamptz NOT NULL
);

-- An attempt to link, begun by a connector. `secret` is the QR text or the code to enter until `until`; `version`
-- grows with each change, so that the connector reports each one once.
CREATE TABLE simulator.pairing (
    workspace  integer NOT NULL,
    pairing_id integer NOT NULL,
    phone      text,
    state      text NOT NULL CHECK (state IN ('waiting', 'paired', 'failed', 'cancelled')),
    secret     text NOT NULL,
    turn       smallint NOT NULL DEFAULT 1,
    until      timestamptz NOT NULL,
    version    integer NOT NULL DEFAULT 1,
    error      text,
    PRIMARY KEY (workspace, pairing_id)
);
CREATE INDEX pairing_waiting ON simulator.pairing (secret) WHERE state = 'waiting';

-- A linked device of a phone. `number_id` is set when Tideline adopts it; the epoch is the fencing token of the
-- session that was opened last.
CREATE TABLE simulator.link (
    id          bigint PRIMARY KEY,
    phone       bigint NOT NULL REFERENCES simulator.phone,
    workspace   integer NOT NULL,
    pairing_id  integer NOT NULL,
    number_id   integer UNIQUE,
    epoch       bigint NOT NULL DEFAULT 0,
    opened_at   timestamptz,
    created_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    UNIQUE (workspace, pairing_id)
);
CREATE INDEX link_of_phone ON simulator.link (phone) WHERE ended_at IS NULL;

-- The queue of a link: events stay until they are acknowledged. What happens while the phone has no connection is
-- held, and gets its place in the queue (a new id) when the connection is back.
CREATE TABLE simulator.event (
    link  bigint NOT NULL REFERENCES simulator.link ON DELETE CASCADE,
    id    bigint NOT NULL,
    kind  text NOT NULL,
    event jsonb NOT NULL,
    held  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (link, id)
);
CREATE INDEX event_held ON simulator.event (link) WHERE held;

-- What a link has heard of a phone: under its phone number, under its LID, and that both are one person.
CREATE TABLE simulator.acquaintance (
    link     bigint NOT NULL REFERENCES simulator.link ON DELETE CASCADE,
    phone    bigint NOT NULL REFERENCES simulator.phone,
    by_phone boolean NOT NULL,
    by_lid   boolean NOT NULL,
    mapped   boolean NOT NULL,
    PRIMARY KEY (link, phone)
);
CREATE INDEX acquaintance_phone ON simulator.acquaintance (phone);

CREATE TABLE simulator.chat_group (
    id         bigint PRIMARY KEY,
    jid        text NOT NULL UNIQUE,
    subject    text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE simulator.member (
    chat_group bigint NOT NULL REFERENCES simulator.chat_group ON DELETE CASCADE,
    phone      bigint NOT NULL REFERENCES simulator.phone,
    role       text NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    position   integer NOT NULL,
    PRIMARY KEY (chat_group, phone)
);
CREATE INDEX member_phone ON simulator.member (phone);

CREATE TABLE simulator.file (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text NOT NULL CHECK (kind IN ('image', 'video', 'audio', 'voice', 'document', 'sticker')),
    filename   text NOT NULL,
    mimetype   text NOT NULL,
    size       bigint NOT NULL,
    sent       boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL
);
CREATE INDEX file_unsent ON simulator.file (created_at) WHERE NOT sent;

CREATE TABLE simulator.file_chunk (
    file  bigint NOT NULL REFERENCES simulator.file ON DELETE CASCADE,
    n     integer NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (file, n)
);
ALTER TABLE simulator.file_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- One row for what was sent once. `link` is the linked device that sent it (none: typed on the phone), `by_lid` whether
-- that device named the other phone by LID. `chat` is the conversation as its author sees it: the other phone's digits
-- or the group's address.
CREATE TABLE simulator.message (
    id          bigint PRIMARY KEY,
    external_id text NOT NULL UNIQUE,
    author      bigint NOT NULL REFERENCES simulator.phone,
    chat        text NOT NULL,
    chat_group  bigint REFERENCES simulator.chat_group,
    link        bigint,
    by_lid      boolean NOT NULL,
    client_ref  text,
    text        text,
    file        bigint REFERENCES simulator.file,
    reply_to    text,
    at          timestamptz NOT NULL,
    edited_at   timestamptz,
    revoked_at  timestamptz
);
CREATE INDEX message_author ON simulator.message (author, id);
CREATE INDEX message_file ON simulator.message (file) WHERE file IS NOT NULL;

-- A receiving phone's copy, with the conversation as that phone sees it. It arrives at `due_at` when the phone can be
-- reached; without a due time it waits for the phone. `receipt_at` is when the author was told that it was read.
CREATE TABLE simulator.copy (
    message      bigint NOT NULL REFERENCES simulator.message,
    phone        bigint NOT NULL REFERENCES simulator.phone,
    chat         text NOT NULL,
    due_at       timestamptz,
    delivered_at timestamptz,
    read_at      timestamptz,
    receipt_at   timestamptz,
    PRIMARY KEY (message, phone)
);
CREATE INDEX copy_phone ON simulator.copy (phone, message);
CREATE INDEX copy_unread ON simulator.copy (phone, chat) WHERE read_at IS NULL;
CREATE INDEX copy_due ON simulator.copy (due_at) WHERE delivered_at IS NULL AND due_at IS NOT NULL;
CREATE INDEX copy_waiting ON simulator.copy (phone, due_at) WHERE delivered_at IS NULL;

CREATE TABLE simulator.reaction (
    message bigint NOT NULL REFERENCES simulator.message,
    phone   bigint NOT NULL REFERENCES simulator.phone,
    emoji   text NOT NULL CHECK (emoji <> ''),
    at      timestamptz NOT NULL,
    PRIMARY KEY (message, phone)
);

CREATE TABLE simulator.call (
    id          bigint PRIMARY KEY,
    external_id text NOT NULL UNIQUE,
    caller      bigint NOT NULL REFERENCES simulator.phone,
    callee      bigint NOT NULL REFERENCES simulator.phone,
    outcome     text NOT NULL CHECK (outcome IN ('answered', 'missed', 'rejected')),
    video       boolean NOT NULL,
    seconds     integer NOT NULL CHECK (seconds >= 0),
    at          timestamptz NOT NULL
);
CREATE INDEX call_caller ON simulator.call (caller, id);
CREATE INDEX call_callee ON simulator.call (callee, id);
