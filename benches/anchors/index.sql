CREATE INDEX ON seen (radius_m, day, commune);
CREATE INDEX ON seen_thin (radius_m, day, commune);
CREATE INDEX ON seen_daily (radius_m, day, commune);
CREATE INDEX ON seen_blocks (radius_m, block, commune);
ANALYZE seen, seen_thin, seen_daily, seen_blocks;
