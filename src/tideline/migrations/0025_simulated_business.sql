-- expand
-- Simulated business numbers: a phone number that the Business Platform speaks for. Its link is made when Tideline opens
-- it, without an attempt to pair.
ALTER TABLE simulator.link ALTER COLUMN pairing_id DROP NOT NULL;

CREATE TABLE simulator.business (
    phone           bigint PRIMARY KEY REFERENCES simulator.phone,
    phone_number_id text NOT NULL UNIQUE,
    waba_id         text NOT NULL
);

CREATE TABLE simulator.template (
    id               bigint PRIMARY KEY,
    external_id      text NOT NULL UNIQUE,
    waba_id          text NOT NULL,
    name             text NOT NULL,
    language         text NOT NULL,
    status           text NOT NULL,
    category         text NOT NULL,
    parameter_format text NOT NULL,
    components       jsonb NOT NULL,
    UNIQUE (waba_id, name, language)
);

-- What a message of a business number is charged as: a service message, or its template's category.
ALTER TABLE simulator.message ADD COLUMN category text;
