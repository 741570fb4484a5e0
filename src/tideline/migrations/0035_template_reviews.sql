-- expand
-- What Meta says of a template besides its status, in its own words: why it was rejected, and how customers take it. Empty
-- until it is read the next time.
ALTER TABLE tenant.business_template ADD COLUMN rejected_reason text NOT NULL DEFAULT '';
ALTER TABLE tenant.business_template ADD COLUMN quality text NOT NULL DEFAULT '';
