-- expand
-- The log of webhooks: every attempt of every delivery, as it was. Partitions of a day are made ahead and dropped when
-- the log is no longer kept. The last attempt of a delivery says what became of it.
CREATE TABLE tenant.attempt (
    workspace      integer NOT NULL,
    delivery       uuid NOT NULL,
    number         integer NOT NULL CHECK (number >= 1),
    at             timestamptz NOT NULL,
    webhook_id     integer NOT NULL,
    event_type     text NOT NULL,
    fact_seq       bigint,
    fact_at        timestamptz NOT NULL,
    chat_id        integer,
    outcome        text NOT NULL CHECK (outcome IN ('delivered', 'retrying', 'failed')),
    next_at        timestamptz,
    status         integer,
    error          text,
    took_ms        integer NOT NULL,
    url            text NOT NULL,
    signature      text,
    request        bytea NOT NULL,
    response_start bytea NOT NULL,
    PRIMARY KEY (workspace, delivery, number, at)
) PARTITION BY RANGE (at);
CREATE INDEX attempt_webhook ON tenant.attempt (workspace, webhook_id, at, delivery);
CREATE INDEX attempt_failed ON tenant.attempt (workspace, webhook_id, at) WHERE outcome = 'failed';
CREATE TABLE tenant.attempt_rest PARTITION OF tenant.attempt DEFAULT;
