-- expand
-- Filters of the list of chats that a teammate has put under a name, in the order in which they want to see them.
CREATE SEQUENCE tenant.saved_view_id AS integer;

CREATE TABLE tenant.saved_view (
    workspace   integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    id          integer NOT NULL DEFAULT nextval('tenant.saved_view_id'),
    teammate_id integer NOT NULL,
    name        text NOT NULL CHECK (name <> ''),
    filters     jsonb NOT NULL,
    position    integer NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, teammate_id) REFERENCES tenant.teammate (workspace, id)
);
CREATE INDEX saved_view_of_teammate ON tenant.saved_view (workspace, teammate_id, position, id);
