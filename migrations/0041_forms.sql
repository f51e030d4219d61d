-- Files of submissions that can never become a photo, such as an empty one: they hold up nothing, and are shown as such.
-- reason: a word; quarantine: where their bytes lie, if they have any.
CREATE TABLE odk_unusable (
    submission   {id}    NOT NULL REFERENCES odk_submissions (id),
    name         {text}  NOT NULL,
    sha256       {bytes} NOT NULL,
    bytes        {int}   NOT NULL,
    reason       {text}  NOT NULL,
    quarantine   {id},
    received_at  {int}   NOT NULL,
    CONSTRAINT odk_unusable_once PRIMARY KEY (submission, name, sha256)
) {strict};

-- What a person decided about a submission that waited, once. entry: the decision in the journal.
CREATE TABLE odk_decisions (
    submission   {id}    NOT NULL PRIMARY KEY REFERENCES odk_submissions (id),
    entry        {id}    NOT NULL,
    decision     {text}  NOT NULL,
    reason       {text},
    decided_by   {id}    NOT NULL,
    decided_at   {int}   NOT NULL,
    CONSTRAINT odk_decisions_decision CHECK (decision IN ('accepted', 'refused'))
) {strict};
