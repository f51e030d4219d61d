-- Rules that a province may change, by book: each version as it was set, as JSON. The ledger and evidence had a table each.
CREATE TABLE journal_rules (
    book        {text}  NOT NULL,
    version     {int}   NOT NULL,
    definition  {text}  NOT NULL,
    reason      {text}  NOT NULL,
    entry       {id}    NOT NULL,
    set_at      {int}   NOT NULL,
    CONSTRAINT journal_rules_once PRIMARY KEY (book, version)
) {strict};

INSERT INTO journal_rules (book, version, definition, reason, entry, set_at)
    SELECT 'ledger', version, definition, reason, entry, set_at FROM ledger_definitions;
INSERT INTO journal_rules (book, version, definition, reason, entry, set_at)
    SELECT 'grades', version, definition, reason, entry, set_at FROM evidence_definitions;
DROP TABLE ledger_definitions;
DROP TABLE evidence_definitions;
