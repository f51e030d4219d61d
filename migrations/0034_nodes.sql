-- Post nodes: servers with a log of their own whose facts are taken as the node vouches for them. device: the node as the
-- province knows it, with its team and communes. key: the Ed25519 key of the node's log.
CREATE TABLE identity_nodes (
    device       {id}    NOT NULL PRIMARY KEY REFERENCES identity_devices (id),
    log          {id}    NOT NULL,
    key_id       {text}  NOT NULL,
    key          {bytes} NOT NULL,
    added_at     {int}   NOT NULL,
    CONSTRAINT identity_nodes_log_once UNIQUE (log),
    CONSTRAINT identity_nodes_key_once UNIQUE (key_id)
) {strict};

-- What a node vouched for: its receipt, and the entry here. review: why it waits for a person.
CREATE TABLE sync_forwarded (
    node         {id}    NOT NULL,
    node_entry   {id}    NOT NULL,
    own          {id},
    receipt      {text}  NOT NULL,
    review       {text},
    received_at  {int}   NOT NULL,
    CONSTRAINT sync_forwarded_once PRIMARY KEY (node, node_entry)
) {strict};

CREATE INDEX sync_forwarded_by_own ON sync_forwarded (own);
CREATE INDEX sync_forwarded_by_entry ON sync_forwarded (node_entry);

-- How far this log was forwarded upwards: the last number of each lane that needs nothing more. holder: the process
-- whose turn it is.
CREATE TABLE sync_forwarding (
    only_row     {int}   NOT NULL PRIMARY KEY,
    facts        {int}   NOT NULL,
    originals    {int}   NOT NULL,
    holder       {id},
    lease_until  {int}   NOT NULL,
    forwarded_at {int},
    failures     {int}   NOT NULL,
    failed_at    {int},
    fault        {text},
    CONSTRAINT sync_forwarding_one CHECK (only_row = 1)
) {strict};

INSERT INTO sync_forwarding (only_row, facts, originals, lease_until, failures) VALUES (1, -1, -1, 0, 0);

-- What the province answered for an entry of this log.
CREATE TABLE sync_upstream (
    entry        {id}    NOT NULL PRIMARY KEY,
    receipt      {text},
    review       {text},
    answered_at  {int}   NOT NULL
) {strict};

-- Heads of a post node's log that a device of the node signed that it had seen, and when the node made them.
CREATE TABLE journal_vouched_heads (
    device       {id}    NOT NULL,
    size         {int}   NOT NULL,
    root         {bytes} NOT NULL,
    made_at      {int}   NOT NULL,
    CONSTRAINT journal_vouched_heads_once PRIMARY KEY (device, size, root)
) {strict};

-- What readers of an entry's fact must know of when and how it came.
CREATE TABLE journal_doubts (
    entry        {id}    NOT NULL PRIMARY KEY,
    doubt        {text}  NOT NULL
) {strict};

-- What of carried and forwarded bundles waits for a person, and what was decided. rights_of, at: whose grants count, and
-- of when. vouched: what a post node says of an original. accepted: the entry of the fact that was accepted.
CREATE TABLE sync_reviews (
    quarantine      {id}    NOT NULL PRIMARY KEY REFERENCES quarantine (id),
    record          {text}  NOT NULL,
    author          {id}    NOT NULL,
    rights_of       {id}    NOT NULL,
    at              {int}   NOT NULL,
    vouched         {bytes},
    decision        {text},
    decision_reason {text},
    decided_by      {id},
    decided_at      {int},
    accepted        {id},
    CONSTRAINT sync_reviews_record CHECK (record IN ('fact', 'original', 'vouched', 'vouched_original', 'bundle')),
    CONSTRAINT sync_reviews_decision CHECK (decision IN ('accepted', 'refused'))
) {strict};

CREATE INDEX plot_measures_by_entry ON plot_measures (entry);
