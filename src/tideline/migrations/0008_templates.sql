-- expand
-- Texts that a workspace uses again and again, each with a file if it wants one.
CREATE SEQUENCE tenant.template_id AS integer;

-- Without a team a template is for all of them.
CREATE TABLE tenant.template (
    workspace  integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    id         integer NOT NULL DEFAULT nextval('tenant.template_id'),
    name       text NOT NULL CHECK (name <> ''),
    text       text NOT NULL CHECK (text <> ''),
    visibility text NOT NULL CHECK (visibility IN ('public', 'private', 'read-only')),
    team_id    integer,
    file_uid   uuid,
    created_by integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_by integer NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, team_id) REFERENCES tenant.team (workspace, id),
    FOREIGN KEY (workspace, file_uid) REFERENCES tenant.file (workspace, uid),
    FOREIGN KEY (workspace, created_by) REFERENCES tenant.teammate (workspace, id),
    FOREIGN KEY (workspace, updated_by) REFERENCES tenant.teammate (workspace, id)
);
CREATE INDEX template_changed ON tenant.template (workspace, updated_at DESC, id DESC);
CREATE INDEX template_file ON tenant.template (workspace, file_uid) WHERE file_uid IS NOT NULL;

-- How often a template was used is the sum of its rows here: many use one template at the same moment, and each
-- adds to a row picked by chance, so that they hardly ever wait for each other.
CREATE TABLE tenant.template_usage (
    workspace    integer NOT NULL,
    template_id  integer NOT NULL,
    slot         smallint NOT NULL,
    used         bigint NOT NULL,
    last_used_at timestamptz NOT NULL,
    PRIMARY KEY (workspace, template_id, slot),
    FOREIGN KEY (workspace, template_id) REFERENCES tenant.template (workspace, id) ON DELETE CASCADE
) WITH (fillfactor = 50);
