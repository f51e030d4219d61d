INSERT INTO seen_daily SELECT radius_m, day, commune, piece, ST_Union(geom) FROM seen_thin
    GROUP BY radius_m, day, commune, piece;
INSERT INTO seen_blocks SELECT radius_m, day / 32, commune, piece, ST_Union(geom) FROM seen_daily
    GROUP BY radius_m, day / 32, commune, piece;
