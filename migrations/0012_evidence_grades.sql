-- What grades ask of photos that came from now on: the door, whether an account or a device sent it, and the named
-- account at the shutter. Earlier photos have none of them.
ALTER TABLE photos ADD COLUMN door {text};
ALTER TABLE photos ADD COLUMN principal {text};
ALTER TABLE photos ADD COLUMN taken_by {id};

-- A device's own track around the time of a photo.
CREATE INDEX fix_chunks_by_device ON fix_chunks (device, last_at);

CREATE TABLE evidence_definitions (
    version      {int}   NOT NULL PRIMARY KEY,
    definition   {text}  NOT NULL,
    reason       {text}  NOT NULL,
    entry        {id}    NOT NULL,
    set_at       {int}   NOT NULL
) {strict};

-- What a screen found: a question to the team. other: the other photo, or the same where there is one side.
CREATE TABLE evidence_questions (
    id           {id}    NOT NULL PRIMARY KEY,
    screen       {text}  NOT NULL,
    photo        {id}    NOT NULL,
    other        {id}    NOT NULL,
    state        {text}  NOT NULL,
    record       {text}  NOT NULL,
    entry        {id}    NOT NULL,
    asked_at     {int}   NOT NULL,
    CONSTRAINT evidence_questions_once UNIQUE (screen, photo, other),
    CONSTRAINT evidence_questions_state CHECK (state IN ('open', 'answered', 'cleared', 'upheld'))
) {strict};

CREATE INDEX evidence_questions_by_time ON evidence_questions (asked_at, id);
CREATE INDEX evidence_questions_by_photo ON evidence_questions (photo);

CREATE TABLE evidence_replies (
    entry        {id}    NOT NULL PRIMARY KEY,
    question     {id}    NOT NULL REFERENCES evidence_questions (id),
    kind         {text}  NOT NULL,
    author       {id}    NOT NULL,
    org          {id},
    body         {text}  NOT NULL,
    said_at      {int}   NOT NULL,
    CONSTRAINT evidence_replies_kind CHECK (kind IN ('answer', 'decision'))
) {strict};

CREATE INDEX evidence_replies_by_question ON evidence_replies (question, said_at);

-- Signs of low frequencies of a picture and of parts of it: 64 to search by, 256 to check a find by.
CREATE TABLE evidence_fingerprints (
    photo        {id}    NOT NULL,
    part         {int}   NOT NULL,
    bits         {int}   NOT NULL,
    check_bits   {bytes} NOT NULL,
    made_at      {int}   NOT NULL,
    CONSTRAINT evidence_fingerprints_once PRIMARY KEY (photo, part)
) {strict};

CREATE INDEX evidence_fingerprints_by_time ON evidence_fingerprints (made_at);
CREATE INDEX photos_by_author ON photos (author, taken_at);
