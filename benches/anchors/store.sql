-- $1: radius in metres, $2 and $3: every $3rd patrol from $2 on, so that several connections share the work.
INSERT INTO seen SELECT $1, w.day, p.commune, p.piece, w.number, ST_Intersection(b.geom, p.geom)
    FROM walks w CROSS JOIN LATERAL (SELECT ST_Buffer(w.track, $1) AS geom OFFSET 0) b
    JOIN pieces p ON ST_Intersects(p.geom, b.geom)
    WHERE w.number % $3 = $2
