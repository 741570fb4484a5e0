-- expand
-- Links with which somebody outside links a phone for a teammate. One of a teammate works at a time; those that do not
-- work any more are kept for a while, so that their page can say why. `ciphertext` is how the link is shown again.

CREATE TABLE directory.qr_link (
    uid         uuid PRIMARY KEY,
    token_hash  bytea NOT NULL UNIQUE,
    workspace   integer NOT NULL REFERENCES directory.workspace ON DELETE CASCADE,
    teammate_id integer NOT NULL,
    ciphertext  bytea NOT NULL,
    key_id      text NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    revoked_at  timestamptz
);
CREATE UNIQUE INDEX qr_link_of_teammate ON directory.qr_link (workspace, teammate_id)
    WHERE used_at IS NULL AND revoked_at IS NULL;

-- The link through which an attempt was begun.
ALTER TABLE tenant.pairing ADD COLUMN link_uid uuid;
CREATE INDEX pairing_of_link ON tenant.pairing (workspace, link_uid, created_at) WHERE link_uid IS NOT NULL;
