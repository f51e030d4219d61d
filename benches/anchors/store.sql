-- $1: radius in metres, $2 and $3: every $3rd patrol from $2 on, so that several connections share the work. The
-- buffers are made once, before they are held against the pieces, and from parts of a track: a whole track crosses
-- itself so often that its one buffer takes longer for the same ground.
WITH buffers AS MATERIALIZED (
    SELECT number, day, ST_Union(ST_Buffer(part, $1)) AS geom FROM walks, ST_Subdivide(track, 32) AS part
        WHERE number % $3 = $2 GROUP BY number, day
)
INSERT INTO seen SELECT $1, b.day, p.commune, p.piece, b.number, ST_Intersection(b.geom, p.geom)
    FROM buffers b JOIN pieces p ON ST_Intersects(p.geom, b.geom)
