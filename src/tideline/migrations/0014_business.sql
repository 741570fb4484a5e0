-- expand
-- Business numbers: numbers that WhatsApp's Business Platform speaks for instead of a phone.

ALTER TABLE tenant.number ADD COLUMN is_business boolean NOT NULL DEFAULT false;

-- The account behind a business number. `secrets` holds the access token, the app secret, the verify token and the key
-- of the webhook's path, encrypted together; it is empty once the account was removed.
CREATE TABLE tenant.business_account (
    workspace       integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    number_id       integer NOT NULL,
    phone_number_id text NOT NULL CHECK (phone_number_id <> ''),
    waba_id         text NOT NULL CHECK (waba_id <> ''),
    display_phone   text NOT NULL,
    name            text NOT NULL DEFAULT '',
    secrets         bytea,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    PRIMARY KEY (workspace, number_id),
    FOREIGN KEY (workspace, number_id) REFERENCES tenant.number (workspace, id)
);
CREATE UNIQUE INDEX business_account_phone ON tenant.business_account (workspace, phone_number_id);
CREATE INDEX business_account_waba ON tenant.business_account (workspace, waba_id);

-- Which account an address belongs to that the Business Platform calls.
CREATE TABLE directory.business_path (
    key_hash  bytea PRIMARY KEY,
    workspace integer NOT NULL REFERENCES directory.workspace ON DELETE CASCADE,
    number_id integer NOT NULL
);
CREATE UNIQUE INDEX business_path_number ON directory.business_path (workspace, number_id);
