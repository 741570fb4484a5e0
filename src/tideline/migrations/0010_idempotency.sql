-- expand
-- What was done under an Idempotency-Key, and what was answered; written in the transaction that did it.
CREATE TABLE tenant.idempotency_key (
    workspace   integer NOT NULL,
    teammate_id integer NOT NULL,
    key         text NOT NULL CHECK (key <> ''),
    digest      bytea NOT NULL,
    answer      bytea NOT NULL,
    kept_until  timestamptz NOT NULL,
    PRIMARY KEY (workspace, teammate_id, key)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX idempotency_key_age ON tenant.idempotency_key (kept_until);
