-- Submissions of forms as they came; the XML is their entry's body. instance: the instanceID as sent; root: the first
-- submission of a chain of edits; revision: 1, and one more for each edit. place: the commune at receipt. state: whether
-- every part was taken, or some wait for a person. expected: the names of the files that the form names, as JSON; missing:
-- how many of them have not come. raw: whether the body holds a track that its retention ends.
CREATE TABLE odk_submissions (
    id           {id}    NOT NULL PRIMARY KEY,
    entry        {id}    NOT NULL,
    author       {id}    NOT NULL,
    org          {id},
    team         {id},
    form         {text}  NOT NULL,
    version      {text}  NOT NULL,
    instance     {text}  NOT NULL,
    sha256       {bytes} NOT NULL,
    root         {id}    NOT NULL,
    revision     {int}   NOT NULL,
    place        {text},
    state        {text}  NOT NULL,
    expected     {text}  NOT NULL,
    missing      {int}   NOT NULL,
    raw          {int}   NOT NULL,
    recorded_at  {int}   NOT NULL,
    CONSTRAINT odk_submissions_state CHECK (state IN ('waiting', 'taken', 'review')),
    CONSTRAINT odk_submissions_revision CHECK (revision >= 1),
    CONSTRAINT odk_submissions_raw CHECK (raw IN (0, 1))
) {strict};

CREATE INDEX odk_submissions_by_time ON odk_submissions (recorded_at, id);
CREATE INDEX odk_submissions_by_root ON odk_submissions (root);
CREATE INDEX odk_submissions_raw_by_time ON odk_submissions (recorded_at, id) WHERE raw = 1;

-- What became of each part. reason: a word, or none for what was taken; faults: which values and what would be accepted,
-- as JSON.
CREATE TABLE odk_parts (
    submission   {id}    NOT NULL REFERENCES odk_submissions (id),
    part         {text}  NOT NULL,
    fact         {id},
    state        {text}  NOT NULL,
    reason       {text},
    faults       {text}  NOT NULL,
    quarantine   {id},
    CONSTRAINT odk_parts_once PRIMARY KEY (submission, part),
    CONSTRAINT odk_parts_state CHECK (state IN ('taken', 'kept', 'review'))
) {strict};

-- The files that came with a submission; each became a photo.
CREATE TABLE odk_files (
    submission   {id}    NOT NULL REFERENCES odk_submissions (id),
    name         {text}  NOT NULL,
    sha256       {bytes} NOT NULL,
    bytes        {int}   NOT NULL,
    photo        {id}    NOT NULL,
    received_at  {int}   NOT NULL,
    CONSTRAINT odk_files_once PRIMARY KEY (submission, name, sha256)
) {strict};
