-- The province in PostGIS, as its own users would lay it out: geometry in a metric transverse Mercator whose central
-- meridian runs through the province (scale 1: areas within 60 km of it are true to 5 parts in 100,000; the official
-- VN-2000 / TM-3 104-45, EPSG:9208, is not in PostGIS's own table and would be true to 2 parts in 10,000).
CREATE EXTENSION IF NOT EXISTS postgis;

INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text) VALUES
    (990000, 'local', 990000, '', '+proj=tmerc +lat_0=0 +lon_0=104.3 +k=1 +x_0=500000 +y_0=0 +ellps=WGS84 +units=m +no_defs')
    ON CONFLICT DO NOTHING;

-- As they come, in degrees.
CREATE UNLOGGED TABLE in_communes (code text NOT NULL, geom geometry NOT NULL);
CREATE UNLOGGED TABLE in_risk_areas (code text NOT NULL, geom geometry NOT NULL);
CREATE UNLOGGED TABLE in_walks (number int NOT NULL, day int NOT NULL, geom geometry NOT NULL);

CREATE UNLOGGED TABLE communes (code text PRIMARY KEY, geom geometry(MultiPolygon, 990000) NOT NULL);
CREATE UNLOGGED TABLE risk_areas (code text PRIMARY KEY, geom geometry(MultiPolygon, 990000) NOT NULL);

-- The ground at risk of a commune, each spot once, and its polygons, which do not overlap.
CREATE UNLOGGED TABLE grounds (commune text PRIMARY KEY, area_m2 double precision NOT NULL, geom geometry NOT NULL);
CREATE UNLOGGED TABLE pieces (piece int PRIMARY KEY, commune text NOT NULL, geom geometry(Polygon, 990000) NOT NULL);

-- What a patrol walked on a local day: its credible legs as lines, and as points the good fixes that join no other.
CREATE UNLOGGED TABLE walks (number int NOT NULL, day int NOT NULL, track geometry(Geometry, 990000) NOT NULL);

-- Tuned: what was seen of each piece by each patrol on each day, once at full detail and once from tracks thinned to
-- 5 m with circles of four segments a quadrant.
CREATE UNLOGGED TABLE seen (radius_m int NOT NULL, day int NOT NULL, commune text NOT NULL, piece int NOT NULL,
    number int NOT NULL, geom geometry NOT NULL);
CREATE UNLOGGED TABLE seen_thin (LIKE seen);
-- The same, united per day and per block of 32 days.
CREATE UNLOGGED TABLE seen_daily (radius_m int NOT NULL, day int NOT NULL, commune text NOT NULL, piece int NOT NULL,
    geom geometry NOT NULL);
CREATE UNLOGGED TABLE seen_blocks (radius_m int NOT NULL, block int NOT NULL, commune text NOT NULL, piece int NOT NULL,
    geom geometry NOT NULL);
