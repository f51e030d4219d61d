-- The Merkle tree over the entries' leaves in tiles of up to 256 hashes of 32 bytes, eight levels of the tree apart; level 0
-- holds leaf hashes. Only the last tile of a level may be partial. Entries numbered before this migration are put in by the
-- sequencer, in batches.
CREATE TABLE journal_tiles (
    level       {int}   NOT NULL,
    number      {int}   NOT NULL,
    hashes      {bytes} NOT NULL,
    CONSTRAINT journal_tiles_once PRIMARY KEY (level, number)
) {strict};

-- What the log held after each batch: size entries under root, signed by a key of the log.
CREATE TABLE journal_heads (
    size        {int}   NOT NULL PRIMARY KEY,
    epoch       {int}   NOT NULL,
    root        {bytes} NOT NULL,
    made_at     {int}   NOT NULL,
    key_id      {text}  NOT NULL,
    signature   {bytes} NOT NULL
) {strict};

-- The largest head that each holder outside showed, and that the log agrees with.
CREATE TABLE journal_witnesses (
    holder      {id}    NOT NULL PRIMARY KEY,
    size        {int}   NOT NULL,
    root        {bytes} NOT NULL,
    shown_at    {int}   NOT NULL
) {strict};

-- Heads shown from outside that the log does not agree with; entry: the alarm in the log.
CREATE TABLE journal_alarms (
    id          {id}    NOT NULL PRIMARY KEY,
    entry       {id}    NOT NULL,
    reason      {text}  NOT NULL,
    size        {int}   NOT NULL,
    root        {bytes} NOT NULL,
    epoch       {int}   NOT NULL,
    checkpoint  {text}  NOT NULL,
    holder      {id}    NOT NULL,
    raised_at   {int}   NOT NULL,
    CONSTRAINT journal_alarms_once UNIQUE (checkpoint),
    CONSTRAINT journal_alarms_reason CHECK (reason IN ('fork', 'ahead', 'superseded'))
) {strict};

-- The signed handing over by the key before, as JSON.
ALTER TABLE journal_keys ADD COLUMN rotation {text};

-- SHA-256(salt || body) of an erased body: with it the header can still be held against the leaf, and without the salt,
-- which is erased too, it tells nothing about the body.
ALTER TABLE journal_entries ADD COLUMN covered {bytes};
