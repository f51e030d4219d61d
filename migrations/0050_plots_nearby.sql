-- Which plots may be the same is asked of each new plot: their index tells where they lie, so that those beyond reach are
-- passed over without a look at their rows.
DROP INDEX plots_by_cell_9;
CREATE INDEX plots_by_cell_9 ON plots (cell_9, crop, season, lat, lon, hacc_m);
