-- expand
-- What business accounts have at WhatsApp besides their numbers, as it was read there last.
CREATE SEQUENCE tenant.business_template_id AS integer;

-- Status, category, format and components are in WhatsApp's own words. `asked_at` is when the account was asked last.
CREATE TABLE tenant.business_template (
    workspace        integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    id               integer NOT NULL DEFAULT nextval('tenant.business_template_id'),
    waba_id          text NOT NULL,
    external_id      text NOT NULL,
    name             text NOT NULL,
    language         text NOT NULL,
    status           text NOT NULL,
    category         text NOT NULL,
    parameter_format text NOT NULL,
    components       jsonb NOT NULL,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    PRIMARY KEY (workspace, id)
);
CREATE UNIQUE INDEX business_template_external ON tenant.business_template (workspace, waba_id, external_id);
CREATE INDEX business_template_name ON tenant.business_template (workspace, name, language);
CREATE INDEX business_template_created ON tenant.business_template (workspace, created_at DESC, id DESC);

-- When the templates of an account were asked for, and when they came.
CREATE TABLE tenant.business_template_sync (
    workspace integer NOT NULL REFERENCES tenant.workspace ON DELETE CASCADE,
    waba_id   text NOT NULL,
    asked_at  timestamptz NOT NULL,
    came_at   timestamptz,
    PRIMARY KEY (workspace, waba_id)
);

-- A question for figures and its answer; the same question again finds this row.
CREATE TABLE tenant.business_analytics (
    workspace   integer NOT NULL,
    handle      uuid NOT NULL,
    number_id   integer NOT NULL,
    asked_start bigint NOT NULL,
    asked_end   bigint NOT NULL,
    dimensions  text NOT NULL,
    start_at    timestamptz NOT NULL,
    end_at      timestamptz NOT NULL,
    state       text NOT NULL CHECK (state IN ('pending', 'ready', 'error')),
    result      jsonb,
    error_code  integer,
    error       text,
    asked_at    timestamptz NOT NULL,
    PRIMARY KEY (workspace, handle),
    FOREIGN KEY (workspace, number_id) REFERENCES tenant.number (workspace, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX business_analytics_question
    ON tenant.business_analytics (workspace, number_id, asked_start, asked_end, dimensions);
CREATE INDEX business_analytics_old ON tenant.business_analytics (asked_at);
