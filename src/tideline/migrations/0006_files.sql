-- expand
-- Uploads are found by a part of their name, files that did not come say why, and an installation has a name by which
-- a bucket knows whose it is.

-- The name as it is compared, of uploads that are not deleted; nobody looks for media by name.
ALTER TABLE tenant.file ADD COLUMN name_key text;
UPDATE tenant.file SET name_key = lower(filename) WHERE purpose = 'upload' AND state <> 'deleted';
CREATE INDEX file_name ON tenant.file USING gin (tenant.grams(workspace, 'f', name_key)) WHERE name_key IS NOT NULL;

-- The code of the problem because of which a file is not here (yet).
ALTER TABLE tenant.file ADD COLUMN problem text;

ALTER TABLE directory.installation ADD COLUMN name uuid NOT NULL DEFAULT gen_random_uuid();
