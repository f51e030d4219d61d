-- Whether a named account in use was at the shutter, as it stood when the photo came: accounts are closed later.
ALTER TABLE photos ADD COLUMN named {int} NOT NULL DEFAULT 0 CONSTRAINT photos_named CHECK (named IN (0, 1));
UPDATE photos SET named = 1 WHERE (taken_by IS NULL AND principal = 'account') OR EXISTS (
    SELECT 1 FROM identity_accounts a WHERE a.id = photos.taken_by AND a.created_at <= photos.recorded_at
    AND (a.disabled_at IS NULL OR a.disabled_at > photos.recorded_at));

-- The seal of an approved eradication over the photos that lay there. named: the eradication and those that it
-- corrected, as JSON: photos that name one of them are of its set. root: of the Merkle tree over the set.
CREATE TABLE evidence_seals (
    eradication  {id}    NOT NULL PRIMARY KEY,
    plot         {id}    NOT NULL,
    entry        {id}    NOT NULL,
    named        {text}  NOT NULL,
    root         {bytes} NOT NULL,
    sealed_at    {int}   NOT NULL
) {strict};

CREATE INDEX evidence_seals_by_plot ON evidence_seals (plot);

CREATE TABLE evidence_sealed (
    eradication  {id}    NOT NULL REFERENCES evidence_seals (eradication),
    photo        {id}    NOT NULL,
    CONSTRAINT evidence_sealed_once PRIMARY KEY (eradication, photo)
) {strict};

-- Legal holds on plots and incidents: while one stands, nothing of their photos is erased. Rows are only added; lifting
-- ends every hold of its subject that stands.
CREATE TABLE evidence_holds (
    entry        {id}    NOT NULL PRIMARY KEY,
    subject      {id}    NOT NULL,
    reason       {text}  NOT NULL,
    set_at       {int}   NOT NULL,
    lifted_by    {id},
    lifted_at    {int}
) {strict};

CREATE INDEX evidence_holds_by_subject ON evidence_holds (subject, set_at);
