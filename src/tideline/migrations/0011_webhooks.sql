-- expand
-- Webhooks: one subscription to one kind of event at one address. Deleted ones stay, because the same event and
-- address bring back the old id. The unique index has a hash of the address, which may have 4096 characters.
CREATE SEQUENCE tenant.webhook_id AS integer;

CREATE TABLE tenant.webhook (
    workspace      integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    id             integer NOT NULL DEFAULT nextval('tenant.webhook_id'),
    event_type     text NOT NULL,
    url            text NOT NULL,
    url_hash       bytea NOT NULL,
    enabled        boolean NOT NULL,
    is_strict      boolean NOT NULL DEFAULT false,
    schedule       text NOT NULL DEFAULT 'standard' CHECK (schedule IN ('standard', 'extended')),
    errors_counter integer NOT NULL DEFAULT 0 CHECK (errors_counter >= 0),
    mailed_at      timestamptz,
    secret         bytea,
    former_secret  bytea,
    former_until   timestamptz,
    created_at     timestamptz NOT NULL,
    deleted_at     timestamptz,
    PRIMARY KEY (workspace, id),
    CHECK ((former_secret IS NULL) = (former_until IS NULL))
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX webhook_subscription ON tenant.webhook (workspace, event_type, url_hash);
