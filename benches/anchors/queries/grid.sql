SELECT commune, SUM(covered_m2) AS covered_m2 FROM (
    SELECT commune, piece, ST_Area(ST_Union(geom, 0.1)) AS covered_m2 FROM seen
        WHERE radius_m = $3 AND day BETWEEN $1 AND $2 GROUP BY commune, piece) pieces
    GROUP BY commune ORDER BY commune
