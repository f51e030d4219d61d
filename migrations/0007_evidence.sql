-- Photos as announced by their sidecars. plot: as named; linked: that plot is known and the right was held there.
-- place: the commune of the photo's own point by the boundaries of today. reach: the communes in which the author
-- might record photos at receipt, as JSON; null is the province.
CREATE TABLE photos (
    id              {id}    NOT NULL PRIMARY KEY,
    entry           {id}    NOT NULL,
    author          {id}    NOT NULL,
    org             {id},
    plot            {id},
    linked          {int}   NOT NULL,
    lon             {real},
    lat             {real},
    place           {text},
    reach           {text}  NOT NULL,
    taken_at        {int}   NOT NULL,
    contains_person {int}   NOT NULL,
    sha256          {bytes} NOT NULL,
    bytes           {int}   NOT NULL,
    record          {text}  NOT NULL,
    state           {text}  NOT NULL,
    original_entry  {id},
    stored_at       {int},
    derived         {text}  NOT NULL,
    flags           {text}  NOT NULL,
    recorded_at     {int}   NOT NULL,
    CONSTRAINT photos_linked CHECK (linked IN (0, 1)),
    CONSTRAINT photos_contains_person CHECK (contains_person IN (0, 1)),
    CONSTRAINT photos_state CHECK (state IN ('announced', 'stored')),
    CONSTRAINT photos_derived CHECK (derived IN ('waiting', 'made', 'none'))
) {strict};

CREATE INDEX photos_by_time ON photos (taken_at, id);
CREATE INDEX photos_by_plot ON photos (plot, taken_at);
CREATE INDEX photos_by_sha256 ON photos (sha256);

CREATE TABLE photo_images (
    photo           {id}    NOT NULL REFERENCES photos (id),
    size            {text}  NOT NULL,
    sha256          {bytes} NOT NULL,
    bytes           {int}   NOT NULL,
    width           {int}   NOT NULL,
    height          {int}   NOT NULL,
    CONSTRAINT photo_images_once PRIMARY KEY (photo, size),
    CONSTRAINT photo_images_size CHECK (size IN ('display', 'thumbnail'))
) {strict};

CREATE INDEX photo_images_by_sha256 ON photo_images (sha256);

-- Bytes that are not those announced: kept under their own name for whoever asks by the quarantine.
CREATE TABLE photo_asides (
    quarantine      {id}    NOT NULL PRIMARY KEY,
    photo           {id}    NOT NULL,
    sha256          {bytes} NOT NULL,
    bytes           {int}   NOT NULL
) {strict};

CREATE INDEX photo_asides_by_sha256 ON photo_asides (sha256);
