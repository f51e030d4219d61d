-- Plots as last recorded and measured. commune: by the boundaries of the day of detection, for figures;
-- place: by the boundaries of today, for rights.
CREATE TABLE plots (
    id              {id}    NOT NULL PRIMARY KEY,
    version         {int}   NOT NULL,
    entry           {id}    NOT NULL,
    author          {id}    NOT NULL,
    org             {id},
    state           {text}  NOT NULL,
    crop            {text}  NOT NULL,
    season          {text}  NOT NULL,
    period          {int}   NOT NULL,
    detected_at     {int}   NOT NULL,
    patrol          {id},
    incident        {id},
    plants          {int},
    plants_method   {text},
    area_m2         {real},
    area_method     {text},
    uncertainty_pct {real},
    lon             {real}  NOT NULL,
    lat             {real}  NOT NULL,
    altitude_m      {real},
    hacc_m          {real},
    cell_7          {int}   NOT NULL,
    cell_9          {int}   NOT NULL,
    cell_12         {int}   NOT NULL,
    commune         {text},
    commune_name    {text},
    place           {text},
    flags           {text}  NOT NULL,
    record          {text}  NOT NULL,
    photos          {int}   NOT NULL,
    recorded_at     {int}   NOT NULL,
    CONSTRAINT plots_area_positive CHECK (area_m2 > 0),
    CONSTRAINT plots_plants_counted CHECK (plants >= 0)
) {strict};

CREATE INDEX plots_by_detection ON plots (detected_at, id);
CREATE INDEX plots_by_place ON plots (place, detected_at);
CREATE INDEX plots_by_incident ON plots (incident);
CREATE INDEX plots_by_cell_7 ON plots (cell_7);
CREATE INDEX plots_by_cell_9 ON plots (cell_9, crop, season);
CREATE INDEX plots_by_cell_12 ON plots (cell_12);

CREATE TABLE plot_versions (
    plot            {id}    NOT NULL REFERENCES plots (id),
    version         {int}   NOT NULL,
    entry           {id}    NOT NULL,
    author          {id}    NOT NULL,
    record          {text}  NOT NULL,
    recorded_at     {int}   NOT NULL,
    CONSTRAINT plot_versions_once PRIMARY KEY (plot, version)
) {strict};

-- version: the recording that brought the measure; none for a measure taken later.
CREATE TABLE plot_measures (
    entry           {id}    NOT NULL,
    plot            {id}    NOT NULL REFERENCES plots (id),
    version         {int},
    author          {id}    NOT NULL,
    measured_at     {int}   NOT NULL,
    plants          {int},
    plants_method   {text},
    area_m2         {real},
    area_method     {text},
    uncertainty_pct {real},
    digest          {bytes} NOT NULL,
    record          {text}  NOT NULL,
    recorded_at     {int}   NOT NULL,
    CONSTRAINT plot_measures_once PRIMARY KEY (plot, author, digest),
    CONSTRAINT plot_measures_of_something CHECK (plants IS NOT NULL OR area_m2 IS NOT NULL)
) {strict};

-- Which plots may be one on the ground; each pair stands twice.
CREATE TABLE plot_candidates (
    plot            {id}    NOT NULL REFERENCES plots (id),
    other           {id}    NOT NULL REFERENCES plots (id),
    distance_m      {real}  NOT NULL,
    CONSTRAINT plot_candidates_once PRIMARY KEY (plot, other)
) {strict};

CREATE INDEX plot_candidates_by_other ON plot_candidates (other);

-- Locked by whoever records in these cells, so that of two plots recorded at once the later sees the first.
CREATE TABLE plot_screens (
    cell            {int}   NOT NULL PRIMARY KEY,
    recorded        {int}   NOT NULL
) {strict};

CREATE TABLE incidents (
    id              {id}    NOT NULL PRIMARY KEY,
    version         {int}   NOT NULL,
    entry           {id}    NOT NULL,
    author          {id}    NOT NULL,
    org             {id},
    title           {text}  NOT NULL,
    commune         {text},
    occurred_at     {int}   NOT NULL,
    notes           {text},
    flags           {text}  NOT NULL,
    recorded_at     {int}   NOT NULL
) {strict};

CREATE INDEX incidents_by_time ON incidents (occurred_at, id);

CREATE TABLE incident_versions (
    incident        {id}    NOT NULL REFERENCES incidents (id),
    version         {int}   NOT NULL,
    entry           {id}    NOT NULL,
    author          {id}    NOT NULL,
    record          {text}  NOT NULL,
    recorded_at     {int}   NOT NULL,
    CONSTRAINT incident_versions_once PRIMARY KEY (incident, version)
) {strict};
