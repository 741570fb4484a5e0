-- expand
-- One message to several people, written by a teammate: to whom it was to go, what became of it where it was accepted,
-- and why it was not where it was refused. The uid is the writer's browser's, so that a form sent twice is one round.
CREATE TABLE tenant.round (
    workspace   integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    uid         uuid NOT NULL,
    teammate_id integer NOT NULL,
    number_id   integer NOT NULL,
    text        text NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (workspace, uid),
    FOREIGN KEY (workspace, teammate_id) REFERENCES tenant.teammate (workspace, id),
    FOREIGN KEY (workspace, number_id) REFERENCES tenant.number (workspace, id)
);
CREATE INDEX round_teammate ON tenant.round (workspace, teammate_id, created_at DESC);

CREATE TABLE tenant.round_place (
    workspace   integer NOT NULL,
    round_uid   uuid NOT NULL,
    position    integer NOT NULL,
    typed       text NOT NULL,
    message_uid uuid,
    refusal     text,
    PRIMARY KEY (workspace, round_uid, position),
    FOREIGN KEY (workspace, round_uid) REFERENCES tenant.round (workspace, uid) ON DELETE CASCADE,
    CHECK ((message_uid IS NULL) <> (refusal IS NULL))
);
