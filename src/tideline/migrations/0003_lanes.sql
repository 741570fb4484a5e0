-- expand
-- Lanes: durable work in many rows. These tables stay on one node when tenants are spread over several, so they
-- refer to no tenant table and need no join with one (docs/decisions/0003-lanes.md).
CREATE SCHEMA lanes;

-- What shares a width, a gap, a rate and a pause. `running` counts its leased lanes. `next_at` is never later
-- than the next time of any of its free lanes that have work.
CREATE TABLE lanes.lane_group (
    kind      text NOT NULL,
    grp       bigint NOT NULL,
    workspace integer NOT NULL,
    width     integer NOT NULL CHECK (width >= 1),
    gap_min   double precision NOT NULL,
    gap_max   double precision NOT NULL CHECK (gap_max >= gap_min AND gap_min >= 0),
    rate      double precision CHECK (rate > 0),
    burst     integer NOT NULL CHECK (burst >= 1),
    rate_at   timestamptz NOT NULL DEFAULT '1970-01-01Z',
    paused    boolean NOT NULL DEFAULT false,
    running   integer NOT NULL DEFAULT 0 CHECK (running >= 0),
    next_at   timestamptz NOT NULL DEFAULT 'infinity',
    PRIMARY KEY (kind, grp)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);
-- A claim begins here: groups that are paused or at their width are not in its way.
CREATE INDEX lane_group_open ON lanes.lane_group (kind, next_at) WHERE NOT paused AND running < width;

-- `waiting` counts the lane's items, `held` those in the hands of the one who has the lease. `next_at` is when the
-- lane can be claimed: 'infinity' while it is empty or leased. `rest_until` is the end of the gap.
CREATE TABLE lanes.lane (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text NOT NULL,
    grp          bigint NOT NULL,
    sub          text NOT NULL,
    workspace    integer NOT NULL,
    waiting      integer NOT NULL CHECK (waiting >= 0),
    held         integer NOT NULL DEFAULT 0 CHECK (held >= 0 AND held <= waiting),
    lapses       integer NOT NULL DEFAULT 0,
    next_at      timestamptz NOT NULL,
    rest_until   timestamptz NOT NULL,
    token        bigint,
    node         text,
    leased_until timestamptz,
    CHECK ((token IS NULL) = (leased_until IS NULL)),
    CHECK (token IS NULL OR next_at = 'infinity'),
    UNIQUE (kind, grp, sub)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 2000);
CREATE INDEX lane_ready ON lanes.lane (kind, grp, next_at) WHERE next_at < 'infinity';
CREATE INDEX lane_leased ON lanes.lane (leased_until) WHERE leased_until IS NOT NULL;

-- An item that only waits for its turn has `due_at` = 1970, so that the key gives a lane's fresh items in the order
-- of their ids, and its late ones in the order of their times, without reading past one another.
CREATE TABLE lanes.item (
    lane_id     bigint NOT NULL,
    due_at      timestamptz NOT NULL,
    id          bigint GENERATED ALWAYS AS IDENTITY,
    attempt     integer NOT NULL DEFAULT 1,
    enqueued_at timestamptz NOT NULL,
    payload     jsonb NOT NULL,
    PRIMARY KEY (lane_id, due_at, id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
