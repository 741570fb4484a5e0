-- expand
-- What there is around linked numbers: attempts to link are counted, numbers are checked before strangers are written
-- to. New columns have one value for all rows that are there; nothing is rewritten.

-- How often a gateway has begun to work on an attempt: each time costs a process.
ALTER TABLE tenant.pairing ADD COLUMN tries smallint NOT NULL DEFAULT 0;
CREATE INDEX pairing_recent ON tenant.pairing (workspace, created_at);

-- Whether a phone is on WhatsApp, as one number was told; asked before a first message, and believed for some days.
CREATE TABLE tenant.number_check (
    workspace      integer NOT NULL,
    number_id      integer NOT NULL,
    phone          text NOT NULL,
    is_on_whatsapp boolean NOT NULL,
    checked_at     timestamptz NOT NULL,
    PRIMARY KEY (workspace, number_id, phone),
    FOREIGN KEY (workspace, number_id) REFERENCES tenant.number (workspace, id) ON DELETE CASCADE
);
