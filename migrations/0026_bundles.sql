-- Bundles that were carried here by hand; id is made of sha256, which is over what stands in them. device: whose key
-- signed it. carrier: who brought it first. facts, taken, review: records in it, those that were taken, those that wait
-- for a person.
CREATE TABLE sync_bundles (
    id           {id}    NOT NULL PRIMARY KEY,
    entry        {id}    NOT NULL,
    device       {id}    NOT NULL,
    carrier      {id}    NOT NULL,
    number       {int}   NOT NULL,
    made_at      {int}   NOT NULL,
    facts        {int}   NOT NULL,
    taken        {int}   NOT NULL,
    review       {int}   NOT NULL,
    received_at  {int}   NOT NULL
) {strict};

CREATE INDEX sync_bundles_by_device ON sync_bundles (device, number);

CREATE INDEX quarantine_by_kind ON quarantine (kind, received_at);
