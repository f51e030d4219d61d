-- What patrols saw and did, laid out by region: the H3 cell four resolutions above the words of the masks, which holds
-- 2,401 of them. The rows of 0005 stay only where they cannot be made anew, because the fixes were erased.
DELETE FROM coverage_masks WHERE patrol NOT IN (SELECT id FROM patrols WHERE redacted_at IS NOT NULL);
DELETE FROM coverage_effort WHERE patrol NOT IN (SELECT id FROM patrols WHERE redacted_at IS NOT NULL);
DROP TABLE coverage_days;

-- Everyone in the field, where the declaration says so; version: the last definition it was swept under; ground: the
-- generation of coverage_ground it was swept over; frozen: its fixes were erased and its rows can be made by nothing.
ALTER TABLE coverage_patrols ADD COLUMN people {int};
ALTER TABLE coverage_patrols ADD COLUMN version {int} NOT NULL DEFAULT 0;
ALTER TABLE coverage_patrols ADD COLUMN ground {int} NOT NULL DEFAULT 0;
ALTER TABLE coverage_patrols ADD COLUMN frozen {int} NOT NULL DEFAULT 0;

-- The cells that one patrol saw in one region on one day within one footprint: per word its position in the region (2
-- bytes) and its bits (7 bytes), big-endian, by position. footprint: the radius in cm, negative when seen from the air.
CREATE TABLE coverage_cells (
    version      {int}   NOT NULL,
    footprint    {int}   NOT NULL,
    region       {int}   NOT NULL,
    day          {int}   NOT NULL,
    patrol       {id}    NOT NULL REFERENCES coverage_patrols (patrol),
    cells        {bytes} NOT NULL,
    CONSTRAINT coverage_cells_once PRIMARY KEY (version, footprint, region, day, patrol)
) {clustered};

CREATE INDEX coverage_cells_by_patrol ON coverage_cells (patrol);

-- The way and the time of one patrol on one day within one region and boundary ('' and NULL: outside every commune).
-- firsts: 1 when no other row tells of the patrol in that commune on that day, plus 2 when none does in any commune.
-- before_here, before_anywhere: the last earlier day on which it was in that commune, in any. pieces: the same by place.
CREATE TABLE coverage_trips (
    version         {int}   NOT NULL,
    region          {int}   NOT NULL,
    day             {int}   NOT NULL,
    patrol          {id}    NOT NULL REFERENCES coverage_patrols (patrol),
    commune         {text}  NOT NULL,
    boundary        {id},
    length_m        {real}  NOT NULL,
    duration_ms     {int}   NOT NULL,
    night_ms        {int}   NOT NULL,
    last_at         {int}   NOT NULL,
    firsts          {int}   NOT NULL,
    before_here     {int},
    before_anywhere {int},
    pieces          {bytes} NOT NULL,
    CONSTRAINT coverage_trips_once PRIMARY KEY (version, region, day, patrol, commune)
) {clustered};

CREATE INDEX coverage_trips_by_patrol ON coverage_trips (patrol);

-- When a region's day was last changed, on the clock below; caches read what came after the instant they know.
CREATE TABLE coverage_epochs (
    version      {int}   NOT NULL,
    region       {int}   NOT NULL,
    day          {int}   NOT NULL,
    epoch        {int}   NOT NULL,
    CONSTRAINT coverage_epochs_once PRIMARY KEY (version, region, day)
) {clustered};

CREATE INDEX coverage_epochs_by_epoch ON coverage_epochs (epoch);

-- One row, moved on by every act that changes rows of the index: orders such acts.
CREATE TABLE coverage_clock (
    only_row     {int}   NOT NULL PRIMARY KEY,
    epoch        {int}   NOT NULL,
    CONSTRAINT coverage_clock_one CHECK (only_row = 1)
) {strict};

INSERT INTO coverage_clock (only_row, epoch) VALUES (1, 0);

-- Where masks finer than usual are kept, because the risk of a commune is too small for coarse ones: one bit for each
-- of the region's words. A region holds the resolution of its masks plus six. It only grows, a generation at a time.
CREATE TABLE coverage_ground (
    region       {int}   NOT NULL PRIMARY KEY,
    words        {bytes} NOT NULL,
    generation   {int}   NOT NULL
) {strict};

-- Definitions of coverage that were set after the first; an index is kept for the last one that is complete and later ones.
CREATE TABLE coverage_definitions (
    version      {int}   NOT NULL PRIMARY KEY,
    draft        {text}  NOT NULL,
    reason       {text}  NOT NULL,
    entry        {id}    NOT NULL,
    set_at       {int}   NOT NULL,
    complete_at  {int}
) {strict};

-- Every patrol is taken into the new index once.
INSERT INTO jobs (id, kind, subject, due_at, attempts, lease_until, state)
    SELECT id, 'index_coverage', id, 0, 0, 0, 'waiting' FROM patrols
    WHERE id NOT IN (SELECT subject FROM jobs WHERE kind = 'index_coverage');
