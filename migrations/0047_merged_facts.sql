-- The retraction of the paper record from which an entry was typed in; none as long as the paper stands.
ALTER TABLE journal_papers ADD COLUMN retracted_by {id};

UPDATE journal_papers SET retracted_by = (SELECT p.retract_entry FROM papers p WHERE p.id = journal_papers.paper);

-- Judgements are few: those that name a plot are found among them.
CREATE INDEX ledger_facts_judgements ON ledger_facts (plot, id) WHERE kind = 'judgement';

-- What was recorded on a merged plot is told of the plot that counts its ground, and what was seen on imagery alone is
-- reported: every plot is settled once by the new rules.
INSERT INTO jobs (id, kind, subject, due_at, attempts, lease_until, state)
    SELECT id, 'settle_plot', id, 0, 0, 0, 'waiting' FROM plots
    WHERE id NOT IN (SELECT subject FROM jobs WHERE kind = 'settle_plot');
