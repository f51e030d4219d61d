-- What a device or account sent: asked for when it compares what it holds with what the server holds.
CREATE INDEX journal_entries_own ON journal_entries (actor, fact, id);

CREATE INDEX photos_waiting ON photos (author, id) WHERE state = 'announced';

-- Who looked at live positions: one row for each time that somebody began to. reach: the communes, as JSON; null is
-- the province.
CREATE TABLE sync_watches (
    id           {id}    NOT NULL PRIMARY KEY,
    entry        {id}    NOT NULL,
    watcher      {id}    NOT NULL,
    org          {id},
    reach        {text}  NOT NULL,
    began_at     {int}   NOT NULL,
    last_at      {int}   NOT NULL
) {strict};

CREATE INDEX sync_watches_by_watcher ON sync_watches (watcher, last_at);

-- Whose position a watch was shown, written before it was.
CREATE TABLE sync_sights (
    watch        {id}    NOT NULL REFERENCES sync_watches (id),
    patrol       {id}    NOT NULL REFERENCES patrols (id),
    first_at     {int}   NOT NULL,
    CONSTRAINT sync_sights_once PRIMARY KEY (watch, patrol)
) {strict};

CREATE INDEX sync_sights_by_patrol ON sync_sights (patrol, first_at);
