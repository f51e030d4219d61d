-- $1: radius in metres, $2 and $3: every $3rd patrol from $2 on, so that several connections share the work. The
-- buffers are made once, before they are held against the pieces.
WITH buffers AS MATERIALIZED (
    SELECT number, day, ST_Buffer(ST_Simplify(track, 5, true), $1, 'quad_segs=4') AS geom FROM walks
        WHERE number % $3 = $2
)
INSERT INTO seen_thin SELECT $1, b.day, p.commune, p.piece, b.number, ST_Intersection(b.geom, p.geom)
    FROM buffers b JOIN pieces p ON ST_Intersects(p.geom, b.geom)
