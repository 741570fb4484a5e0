-- expand
-- Transactions are a third quota that renews: one for each automated action.
ALTER TABLE tenant.workspace ADD COLUMN transactions_quota integer NOT NULL DEFAULT 1000000 CHECK (transactions_quota >= 0);
ALTER TABLE tenant.workspace ADD COLUMN updated_at timestamptz;
ALTER TABLE tenant.usage DROP CONSTRAINT usage_kind_check;
ALTER TABLE tenant.usage ADD CONSTRAINT usage_kind_check CHECK (kind IN ('messages', 'api_calls', 'transactions'));

-- What was said about a quota in a period is not said again in it.
CREATE TABLE tenant.quota_notice (
    workspace    integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    kind         text NOT NULL CHECK (kind IN ('messages', 'api_calls', 'transactions', 'seats')),
    threshold    text NOT NULL CHECK (threshold IN ('near_full', 'full')),
    period_start timestamptz NOT NULL,
    at           timestamptz NOT NULL,
    PRIMARY KEY (workspace, kind, threshold, period_start)
);
