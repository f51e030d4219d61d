-- Entries that the province took no part of for a while, as when the share of what is kept aside of their author was used
-- up: forwarding went past them, and tries them again from next_at on. seq: their number in the log; reason: what the
-- province said; tries: how often.
CREATE TABLE sync_held_back (
    entry        {id}    NOT NULL PRIMARY KEY,
    seq          {int}   NOT NULL,
    reason       {text}  NOT NULL,
    tries        {int}   NOT NULL,
    next_at      {int}   NOT NULL
) {strict};

CREATE INDEX sync_held_back_by_time ON sync_held_back (next_at, seq);
