-- Orders can be about words as well: target 'notes', subject the fact in whose free text they stand. SQLite changes no
-- check in place, so the table is made anew.
CREATE TABLE evidence_redactions_now (
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
    CONSTRAINT evidence_redactions_target CHECK (target IN ('photo', 'track', 'notes')),
    CONSTRAINT evidence_redactions_state CHECK (state IN ('asked', 'done', 'refused'))
) {strict};

INSERT INTO evidence_redactions_now (id, target, subject, document, reason, state, asked_by, asked_at, asked_entry, decided_by,
    decided_at, decided_why, decided_entry)
    SELECT id, target, subject, document, reason, state, asked_by, asked_at, asked_entry, decided_by, decided_at, decided_why,
    decided_entry FROM evidence_redactions;

DROP TABLE evidence_redactions;

ALTER TABLE evidence_redactions_now RENAME TO evidence_redactions;

CREATE UNIQUE INDEX evidence_redactions_waiting ON evidence_redactions (subject) WHERE state = 'asked';
CREATE INDEX evidence_redactions_by_subject ON evidence_redactions (subject, asked_at);
CREATE INDEX evidence_redactions_by_time ON evidence_redactions (asked_at, id);
