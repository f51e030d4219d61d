-- Written plainly: everything from the tracks and the maps, when it is asked.
WITH ground AS (
    SELECT c.code AS commune, ST_Union(ST_Intersection(c.geom, r.geom)) AS geom
    FROM communes c JOIN risk_areas r ON ST_Intersects(c.geom, r.geom) GROUP BY c.code
)
SELECT g.commune, COALESCE(ST_Area(ST_Intersection(ST_Union(ST_Buffer(w.track, $3::int)), g.geom)), 0) AS covered_m2
    FROM ground g LEFT JOIN walks w ON w.day BETWEEN $1 AND $2 AND ST_DWithin(w.track, g.geom, $3::int)
    GROUP BY g.commune, g.geom ORDER BY g.commune
