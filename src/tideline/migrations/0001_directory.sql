-- expand
-- The directory: global and small. Who exists, how they prove it, and which workspace an outside name belongs to.
CREATE SCHEMA directory;

-- One row: this installation. The epoch stands in every event-log cursor and changes with each restore;
-- while `held_at` is set nothing is sent and nothing is delivered (`tideline release`).
CREATE TABLE directory.installation (
    id         boolean PRIMARY KEY DEFAULT true CHECK (id),
    epoch      uuid NOT NULL,
    held_at    timestamptz,
    created_at timestamptz NOT NULL
);

CREATE SEQUENCE directory.workspace_id AS integer;
CREATE TABLE directory.workspace (
    id         integer PRIMARY KEY DEFAULT nextval('directory.workspace_id'),
    slug       text NOT NULL UNIQUE CHECK (slug <> ''),
    created_at timestamptz NOT NULL
);

CREATE SEQUENCE directory.person_id AS integer;
CREATE TABLE directory.person (
    id         integer PRIMARY KEY DEFAULT nextval('directory.person_id'),
    email      text NOT NULL CHECK (email <> ''),
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX person_email ON directory.person (lower(email));

-- Where somebody who signs in belongs, without asking every workspace. Removed people are not in it.
CREATE TABLE directory.membership (
    person    integer NOT NULL REFERENCES directory.person ON DELETE CASCADE,
    workspace integer NOT NULL REFERENCES directory.workspace ON DELETE CASCADE,
    PRIMARY KEY (person, workspace)
);
CREATE INDEX membership_workspace ON directory.membership (workspace);

CREATE TABLE directory.credential (
    person     integer PRIMARY KEY REFERENCES directory.person ON DELETE CASCADE,
    password   text NOT NULL,
    changed_at timestamptz NOT NULL
);

CREATE TABLE directory.session (
    token_hash bytea PRIMARY KEY,
    person     integer NOT NULL REFERENCES directory.person ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX session_person ON directory.session (person);
CREATE INDEX session_expiry ON directory.session (expires_at);

-- Sign-in, invitation and password-reset links: hashed, single use, 24 hours.
CREATE TABLE directory.one_time_link (
    token_hash bytea PRIMARY KEY,
    purpose    text NOT NULL CHECK (purpose IN ('sign_in', 'invitation', 'reset')),
    person     integer NOT NULL REFERENCES directory.person ON DELETE CASCADE,
    workspace  integer REFERENCES directory.workspace ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX one_time_link_person ON directory.one_time_link (person);

-- API tokens: found by keyed hash, shown again from the ciphertext (its key is not in the database).
-- Of a revoked token the hash stays, so that its use can be told apart from a made-up one.
CREATE TABLE directory.token (
    token_hash  bytea PRIMARY KEY,
    workspace   integer NOT NULL REFERENCES directory.workspace ON DELETE CASCADE,
    teammate_id integer NOT NULL,
    ciphertext  bytea,
    key_id      text NOT NULL,
    scopes      text[] NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz,
    revoked_at  timestamptz,
    CHECK ((ciphertext IS NULL) = (revoked_at IS NOT NULL))
);
CREATE UNIQUE INDEX token_of_teammate ON directory.token (workspace, teammate_id) WHERE revoked_at IS NULL;

-- Links to the page on which a phone scans a QR code.
CREATE TABLE directory.pairing_link (
    token_hash bytea PRIMARY KEY,
    workspace  integer NOT NULL REFERENCES directory.workspace ON DELETE CASCADE,
    pairing_id integer NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

-- Which gateway owns the live session of a number. The epoch grows with each new owner and fences the old one.
CREATE TABLE directory.number_lease (
    number_id  integer PRIMARY KEY,
    workspace  integer NOT NULL REFERENCES directory.workspace ON DELETE CASCADE,
    kind       text NOT NULL,
    node       uuid,
    epoch      bigint NOT NULL DEFAULT 0,
    expires_at timestamptz
);
CREATE INDEX number_lease_free ON directory.number_lease (kind, expires_at);

-- What happens by the clock, once for all nodes: when each is due, who is at it, and how it went last time.
CREATE TABLE directory.timer (
    name       text PRIMARY KEY,
    due_at     timestamptz NOT NULL,
    held_until timestamptz,
    node       text,
    ran_at     timestamptz,
    outcome    text
);
