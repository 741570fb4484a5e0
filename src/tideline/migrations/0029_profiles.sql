-- expand
-- What somebody has chosen for the pages: their language and the zone of their times, null for what the browser and the
-- workspace say. And where somebody signed in from, so that they recognise their own sessions.

ALTER TABLE directory.person ADD COLUMN language text;
ALTER TABLE directory.person ADD COLUMN zone text;
ALTER TABLE directory.session ADD COLUMN address text;
ALTER TABLE directory.session ADD COLUMN agent text;
