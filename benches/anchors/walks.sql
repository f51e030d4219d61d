INSERT INTO walks SELECT number, day, ST_Transform(ST_SetSRID(geom, 4326), 990000) FROM in_walks;
CREATE INDEX ON walks USING gist (track);
CREATE INDEX ON walks (day);
ANALYZE walks;
