-- Whole blocks of 32 days where they fit into the window, single days at its ends.
SELECT commune, SUM(covered_m2) AS covered_m2 FROM (
    SELECT commune, piece, ST_Area(ST_Union(geom)) AS covered_m2 FROM (
        SELECT commune, piece, geom FROM seen_blocks
            WHERE radius_m = $3 AND block BETWEEN ($1 + 31) / 32 AND ($2 + 1) / 32 - 1
        UNION ALL
        SELECT commune, piece, geom FROM seen_daily
            WHERE radius_m = $3 AND day BETWEEN $1 AND LEAST($2, ($1 + 31) / 32 * 32 - 1)
        UNION ALL
        SELECT commune, piece, geom FROM seen_daily
            WHERE radius_m = $3 AND day BETWEEN GREATEST(($2 + 1) / 32 * 32, ($1 + 31) / 32 * 32) AND $2
    ) parts GROUP BY commune, piece) pieces
    GROUP BY commune ORDER BY commune
