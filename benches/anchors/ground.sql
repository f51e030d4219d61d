INSERT INTO communes SELECT code, ST_Multi(ST_Transform(ST_SetSRID(geom, 4326), 990000)) FROM in_communes;
INSERT INTO risk_areas SELECT code, ST_Multi(ST_Transform(ST_SetSRID(geom, 4326), 990000)) FROM in_risk_areas;
CREATE INDEX ON risk_areas USING gist (geom);

WITH cut AS (
    SELECT c.code AS commune, ST_UnaryUnion(ST_Collect(ST_Intersection(c.geom, r.geom))) AS geom
    FROM communes c JOIN risk_areas r ON ST_Intersects(c.geom, r.geom) GROUP BY c.code
)
INSERT INTO grounds SELECT commune, ST_Area(geom), geom FROM cut WHERE ST_Area(geom) > 0;

INSERT INTO pieces SELECT row_number() OVER (ORDER BY commune, part.path), commune, part.geom
    FROM grounds, ST_Dump(ST_CollectionExtract(geom, 3)) AS part;
CREATE INDEX ON pieces USING gist (geom);
ANALYZE communes, risk_areas, grounds, pieces;
