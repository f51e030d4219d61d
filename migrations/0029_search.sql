-- What people look for: names that communes had before (a JSON list), and the six digits by which people call a plot.
ALTER TABLE area_boundaries ADD COLUMN former_names {text} NOT NULL DEFAULT '[]';

ALTER TABLE plots ADD COLUMN code {plot_code};

CREATE INDEX plots_by_code ON plots (code, id);
