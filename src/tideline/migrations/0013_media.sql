-- expand
-- Thumbnails, and what is measured of files. New columns are empty; nothing is rewritten.

-- A thumbnail is a file of its own, referred to by the file it shows; it goes with that file. Width and height are in
-- pixels, as people see the picture. The waveform of a voice note is 64 bytes from 0 to 100.
ALTER TABLE tenant.file
    ADD COLUMN thumbnail_uid uuid,
    ADD COLUMN width integer CHECK (width > 0),
    ADD COLUMN height integer CHECK (height > 0),
    ADD COLUMN seconds double precision CHECK (seconds > 0),
    ADD COLUMN waveform bytea,
    ADD FOREIGN KEY (workspace, thumbnail_uid) REFERENCES tenant.file (workspace, uid),
    DROP CONSTRAINT file_purpose_check,
    ADD CONSTRAINT file_purpose_check CHECK (purpose IN ('upload', 'media', 'photo', 'thumbnail'));
CREATE INDEX file_thumbnail ON tenant.file (workspace, thumbnail_uid) WHERE thumbnail_uid IS NOT NULL;

-- Phones show how long a voice note is, and how loud.
ALTER TABLE simulator.file ADD COLUMN seconds integer CHECK (seconds > 0), ADD COLUMN waveform bytea;
