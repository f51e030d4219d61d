-- Files that are made in the background for one account. collections and filter: what was asked for, as JSON. state:
-- asked, approved, working, ready, refused, cancelled, failed, expired. attempt: whose pieces are the file's, so that two
-- workers never write the same ones; lease_until: when the worker that makes it has been silent for too long. as_of: the last entry that is in the file; is_settled: whether nothing came in while
-- it was read. features: per collection, as JSON.
CREATE TABLE exports (
    id           {id}    NOT NULL PRIMARY KEY,
    asker        {id}    NOT NULL,
    collections  {text}  NOT NULL,
    format       {text}  NOT NULL,
    filter       {text}  NOT NULL,
    reason       {text}  NOT NULL,
    state        {text}  NOT NULL,
    asked_at     {int}   NOT NULL,
    decided_by   {id},
    decided_at   {int},
    attempt      {int}   NOT NULL,
    lease_until  {int}   NOT NULL,
    done         {int}   NOT NULL,
    as_of        {id},
    is_settled   {int}   NOT NULL,
    features     {text},
    bytes        {int}   NOT NULL,
    sha256       {bytes},
    ended_at     {int},
    expires_at   {int},
    fault        {text},
    CONSTRAINT exports_settled_flag CHECK (is_settled IN (0, 1))
) {strict};

CREATE INDEX exports_by_asker ON exports (asker, asked_at);

CREATE INDEX exports_by_state ON exports (state, asked_at);
