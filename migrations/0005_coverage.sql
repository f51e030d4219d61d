-- What patrols saw and did, derived from their fixes; all of it can be made anew except what was erased.
-- Days are local days (UTC+7) since 1970-01-01.
CREATE TABLE coverage_patrols (
    patrol         {id}    NOT NULL PRIMARY KEY,
    kind           {text}  NOT NULL,
    lead_org       {id}    NOT NULL,
    campaign       {id},
    transport      {text}  NOT NULL,
    state          {text}  NOT NULL,
    first_day      {int}   NOT NULL,
    last_day       {int}   NOT NULL,
    received_until {int},
    indexed_at     {int}   NOT NULL,
    CONSTRAINT coverage_patrols_days CHECK (last_day >= first_day)
) {strict};

CREATE INDEX coverage_patrols_by_days ON coverage_patrols (last_day, first_day);

-- The cells that one patrol saw on one day within one footprint: pairs of a res-9 parent and the mask of its res-11
-- children, sorted by parent, each 8 bytes big-endian. footprint: the radius in cm, negative when seen from the air.
CREATE TABLE coverage_masks (
    patrol         {id}    NOT NULL REFERENCES coverage_patrols (patrol),
    day            {int}   NOT NULL,
    footprint      {int}   NOT NULL,
    version        {int}   NOT NULL,
    masks          {bytes} NOT NULL,
    CONSTRAINT coverage_masks_once PRIMARY KEY (patrol, day, footprint, version)
) {strict};

CREATE INDEX coverage_masks_by_day ON coverage_masks (day, footprint, version);

-- The way and the time of one patrol on one day within one boundary ('' and NULL: outside every commune). pieces: the
-- same by place, for days on which other boundaries are valid.
CREATE TABLE coverage_effort (
    patrol         {id}    NOT NULL REFERENCES coverage_patrols (patrol),
    day            {int}   NOT NULL,
    commune        {text}  NOT NULL,
    boundary       {id},
    length_m       {real}  NOT NULL,
    duration_ms    {int}   NOT NULL,
    last_at        {int}   NOT NULL,
    pieces         {bytes} NOT NULL,
    CONSTRAINT coverage_effort_once PRIMARY KEY (patrol, day, commune)
) {strict};

CREATE INDEX coverage_effort_by_day ON coverage_effort (day);

-- Moved on by every act that changes what is known of a day: tells caches that they are old.
CREATE TABLE coverage_days (
    day            {int}   NOT NULL PRIMARY KEY,
    epoch          {int}   NOT NULL
) {strict};
