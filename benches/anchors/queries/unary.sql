SELECT commune, ST_Area(ST_UnaryUnion(ST_Collect(geom))) AS covered_m2 FROM seen
    WHERE radius_m = $3 AND day BETWEEN $1 AND $2 GROUP BY commune ORDER BY commune
