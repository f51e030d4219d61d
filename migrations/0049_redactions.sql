-- Orders to erase what was recorded: one account asks by a document, a second one approves. subject: the photo or the patrol.
-- A photo goes with all that are the same file; each names the order by which it went.
CREATE TABLE evidence_redactions (
    id             {id}    NOT NULL PRIMARY KEY,
    target         {text}  NOT NULL,
    subject        {id}    NOT NULL,
    document       {text}  NOT NULL,
    reason         {text}  NOT NULL,
    state          {text}  NOT NULL,
    asked_by       {id}    NOT NULL,
    asked_at       {int}   NOT NULL,
    asked_entry    {id}    NOT NULL,
    decided_by     {id},
    decided_at     {int},
    decided_why    {text},
    decided_entry  {id},
    CONSTRAINT evidence_redactions_target CHECK (target IN ('photo', 'track')),
    CONSTRAINT evidence_redactions_state CHECK (state IN ('asked', 'done', 'refused'))
) {strict};

CREATE UNIQUE INDEX evidence_redactions_waiting ON evidence_redactions (subject) WHERE state = 'asked';
CREATE INDEX evidence_redactions_by_subject ON evidence_redactions (subject, asked_at);
CREATE INDEX evidence_redactions_by_time ON evidence_redactions (asked_at, id);

ALTER TABLE photos ADD COLUMN redaction {id};
ALTER TABLE photos ADD COLUMN redacted_at {int};

CREATE INDEX photos_redacted ON photos (redaction) WHERE redaction IS NOT NULL;

-- By which entries devices were written down and their keys announced, confirmed and revoked: a case tells of them.
CREATE INDEX journal_entries_of_devices ON journal_entries (fact) WHERE kind IN ('device', 'device_key');
