-- Paper records (biên bản) that a person types in. dated: the local day on the paper, since 1970-01-01; sha256, bytes, media_type: of its
-- scan, which is kept as a photo's original under the same id; record: what the author said, by which a replay is told.
CREATE TABLE papers (
    id             {id}    NOT NULL PRIMARY KEY,
    entry          {id}    NOT NULL,
    author         {id}    NOT NULL,
    org            {id},
    commune        {text}  NOT NULL,
    number         {text}  NOT NULL,
    dated          {int}   NOT NULL,
    sha256         {bytes} NOT NULL,
    bytes          {int}   NOT NULL,
    media_type     {text}  NOT NULL,
    record         {text}  NOT NULL,
    recorded_at    {int}   NOT NULL,
    retracted_at   {int},
    retracted_why  {text},
    retract_entry  {id}
) {strict};

CREATE INDEX papers_by_time ON papers (recorded_at, id);

-- Entries that were typed in from a paper record, and the entry that says so.
CREATE TABLE journal_papers (
    entry        {id}    NOT NULL PRIMARY KEY,
    link         {id}    NOT NULL,
    kind         {text}  NOT NULL,
    fact         {id}    NOT NULL,
    actor        {id}    NOT NULL,
    paper        {id}    NOT NULL
) {strict};

CREATE INDEX journal_papers_by_fact ON journal_papers (fact, kind);
CREATE INDEX journal_papers_by_paper ON journal_papers (paper, entry);
