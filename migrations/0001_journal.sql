-- The one log. Bodies stand apart so that sequencing rewrites small rows and redaction deletes only bytes.
CREATE TABLE journal_logs (
    id          {id}    NOT NULL PRIMARY KEY,
    epoch       {int}   NOT NULL,
    created_at  {int}   NOT NULL,
    only_row    {int}   NOT NULL UNIQUE,
    CONSTRAINT journal_logs_one CHECK (only_row = 1)
) {strict};

CREATE TABLE journal_keys (
    key_id      {text}  NOT NULL PRIMARY KEY,
    public_key  {bytes} NOT NULL,
    since       {int}   NOT NULL
) {strict};

CREATE TABLE journal_entries (
    id          {id}    NOT NULL PRIMARY KEY,
    seq         {int},
    epoch       {int}   NOT NULL,
    kind        {text}  NOT NULL,
    fact        {id},
    actor       {id}    NOT NULL,
    device      {id},
    received_at {int}   NOT NULL,
    sha256      {bytes} NOT NULL,
    leaf        {bytes} NOT NULL,
    redacted_by {id},
    CONSTRAINT journal_entries_seq_once UNIQUE (seq)
) {strict};

CREATE INDEX journal_entries_unsequenced ON journal_entries (received_at, id) WHERE seq IS NULL;

CREATE TABLE journal_bodies (
    entry       {id}    NOT NULL PRIMARY KEY,
    salt        {bytes} NOT NULL,
    body        {bytes} NOT NULL
) {strict};

CREATE TABLE journal_sequencer (
    id          {int}   NOT NULL PRIMARY KEY,
    holder      {id},
    lease_until {int}   NOT NULL,
    next_seq    {int}   NOT NULL,
    CONSTRAINT journal_sequencer_one CHECK (id = 1)
) {strict};

INSERT INTO journal_sequencer (id, lease_until, next_seq) VALUES (1, 0, 0);

-- A log starts a new epoch when it is restored: the row names what the old one had reached.
CREATE TABLE journal_epochs (
    epoch       {int}   NOT NULL PRIMARY KEY,
    opened_at   {int}   NOT NULL,
    after_seq   {int},
    after_leaf  {bytes}
) {strict};

CREATE TABLE journal_backups (
    id          {id}    NOT NULL PRIMARY KEY,
    taken_at    {int}   NOT NULL,
    through_seq {int}   NOT NULL,
    verified_at {int}   NOT NULL
) {strict};

-- What could not be accepted, with its bytes.
CREATE TABLE quarantine (
    id          {id}    NOT NULL PRIMARY KEY,
    entry       {id}    NOT NULL,
    kind        {text}  NOT NULL,
    fact        {id},
    actor       {id}    NOT NULL,
    reason      {text}  NOT NULL,
    bytes       {int}   NOT NULL,
    received_at {int}   NOT NULL
) {strict};

CREATE INDEX quarantine_actor ON quarantine (actor, received_at);

CREATE TABLE jobs (
    id          {id}    NOT NULL PRIMARY KEY,
    kind        {text}  NOT NULL,
    subject     {id}    NOT NULL,
    due_at      {int}   NOT NULL,
    attempts    {int}   NOT NULL,
    lease_until {int}   NOT NULL,
    last_fault  {text},
    state       {text}  NOT NULL,
    CONSTRAINT jobs_once UNIQUE (kind, subject),
    CONSTRAINT jobs_state CHECK (state IN ('waiting', 'dead'))
) {strict};

CREATE INDEX jobs_due ON jobs (state, due_at);
