-- expand
-- How somebody came in who did something, and the log of who did what, which is kept longer than the facts.
ALTER TABLE tenant.fact ADD COLUMN via text;
ALTER TABLE tenant.fact ADD COLUMN address text;
ALTER TABLE tenant.fact ADD COLUMN via_key text;

-- One row for each fact that people ask about later. `seq` is the fact's; the fact itself goes much earlier. Lists read
-- it backwards in time, whole or for one person, area, kind, or thing it is about.
CREATE TABLE tenant.audit (
    workspace  integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    seq        bigint NOT NULL,
    at         timestamptz NOT NULL,
    kind       text NOT NULL,
    area       text NOT NULL,
    actor_kind text NOT NULL,
    actor_id   integer,
    via        text,
    address    text,
    via_key    text,
    about      text,
    about_id   integer,
    about_name text,
    changes    jsonb NOT NULL,
    PRIMARY KEY (workspace, seq)
);
CREATE INDEX audit_time ON tenant.audit (workspace, at, seq);
CREATE INDEX audit_person ON tenant.audit (workspace, actor_id, at, seq) WHERE actor_kind IN ('teammate', 'token');
CREATE INDEX audit_area ON tenant.audit (workspace, area, at, seq);
CREATE INDEX audit_kind ON tenant.audit (workspace, kind, at, seq);
CREATE INDEX audit_about ON tenant.audit (workspace, about, about_id, at, seq) WHERE about_id IS NOT NULL;
