-- expand
-- Partners: companies that make and manage workspaces through the Partner API. The secret is sealed with a key that is
-- not in the database; `webhook_id` names the partner's one webhook on lanes and in the log of attempts, so it comes
-- from the sequence of all webhooks.
CREATE TABLE directory.partner (
    id                 text PRIMARY KEY CHECK (id <> ''),
    name               text NOT NULL,
    secret             bytea NOT NULL,
    webhook_id         integer NOT NULL UNIQUE,
    webhook_url        text,
    signs_bodies       boolean NOT NULL DEFAULT false,
    errors_counter     integer NOT NULL DEFAULT 0 CHECK (errors_counter >= 0),
    origins            text[] NOT NULL DEFAULT '{}',
    is_active          boolean NOT NULL DEFAULT true,
    plan_id            integer NOT NULL,
    plan               text NOT NULL,
    messages_quota     integer NOT NULL CHECK (messages_quota >= 0),
    api_calls_quota    integer NOT NULL CHECK (api_calls_quota >= 0),
    transactions_quota integer NOT NULL CHECK (transactions_quota >= 0),
    created_at         timestamptz NOT NULL
);

-- Whose workspace it is. One that is billed directly stays the partner's, who can no longer manage it.
ALTER TABLE directory.workspace ADD COLUMN partner text REFERENCES directory.partner;
ALTER TABLE directory.workspace ADD COLUMN billed_directly boolean NOT NULL DEFAULT false;
-- A deleted workspace is empty of sessions at once and removed a day later, when its last events have been told.
ALTER TABLE directory.workspace ADD COLUMN deleted_at timestamptz;
CREATE INDEX workspace_partner ON directory.workspace (partner, id) WHERE partner IS NOT NULL;

-- For how long numbers of partners were linked: what partners are billed by. It outlives numbers and workspaces.
CREATE TABLE directory.partner_number (
    partner   text NOT NULL REFERENCES directory.partner,
    number_id integer NOT NULL,
    since     timestamptz NOT NULL,
    until     timestamptz,
    workspace integer NOT NULL,
    slug      text NOT NULL,
    phone     text NOT NULL,
    PRIMARY KEY (partner, number_id, since)
);
CREATE INDEX partner_number_open ON directory.partner_number (workspace, number_id) WHERE until IS NULL;
