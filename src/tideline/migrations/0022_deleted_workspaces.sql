-- expand
-- The hourly look for workspaces whose day after deletion is over reads none of the others.
CREATE INDEX workspace_deleted ON directory.workspace (deleted_at) WHERE deleted_at IS NOT NULL;
