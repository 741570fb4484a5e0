-- expand
-- What the Business Platform has told and nobody has read yet, as it came. Nothing here refers to tenant tables, as with
-- lanes: these rows live for seconds, and stay on one node when tenants are spread over several.
CREATE SCHEMA cloud;

-- One per business number. `epoch` is the fencing token of the session that was opened last; `last_id` gives the
-- notices of the number their order: whoever adds some holds this row until they are committed.
CREATE TABLE cloud.mailbox (
    workspace integer NOT NULL,
    number_id integer NOT NULL,
    epoch     bigint NOT NULL DEFAULT 0,
    last_id   bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace, number_id)
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);

-- `kind`: a `webhook`, byte for byte, or a `state` of the number, which we tell ourselves. A webhook for several numbers
-- is there once for each; one of them speaks for the account. `done` counts the events of it that were stored.
CREATE TABLE cloud.notice (
    workspace          integer NOT NULL,
    number_id          integer NOT NULL,
    id                 bigint NOT NULL,
    kind               text NOT NULL CHECK (kind IN ('webhook', 'state')),
    speaks_for_account boolean NOT NULL DEFAULT true,
    done               integer NOT NULL DEFAULT 0,
    received_at        timestamptz NOT NULL,
    body               bytea NOT NULL,
    PRIMARY KEY (workspace, number_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

-- Signed webhooks that belong to no number of the workspace, or cannot be read: for people to look at, and for a number
-- that is added later. They go after a month.
CREATE TABLE cloud.stray (
    workspace   integer NOT NULL,
    id          bigint GENERATED ALWAYS AS IDENTITY,
    number_id   integer NOT NULL,
    reason      text NOT NULL,
    received_at timestamptz NOT NULL,
    body        bytea NOT NULL,
    PRIMARY KEY (workspace, id)
);
CREATE INDEX stray_age ON cloud.stray (received_at);
