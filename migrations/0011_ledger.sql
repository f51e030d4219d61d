-- What was done to plots after they were found; rows are only added. at: when it happened by the sender's clock, for
-- decisions at a desk when it came. org: the sender's at receipt. by_officer: the sender might correct others' facts.
CREATE TABLE ledger_facts (
    id           {id}    NOT NULL PRIMARY KEY,
    plot         {id}    NOT NULL REFERENCES plots (id),
    kind         {text}  NOT NULL,
    entry        {id}    NOT NULL,
    author       {id}    NOT NULL,
    org          {id},
    by_officer   {int}   NOT NULL,
    corrects     {id},
    at           {int}   NOT NULL,
    record       {text}  NOT NULL,
    digest       {bytes} NOT NULL,
    recorded_at  {int}   NOT NULL,
    CONSTRAINT ledger_facts_by_officer CHECK (by_officer IN (0, 1)),
    CONSTRAINT ledger_facts_once UNIQUE (plot, kind, author, digest)
) {strict};

-- What follows from a plot's facts under the latest definition, for lists; made anew whenever one of them changes.
-- due_on: the local day of the next re-inspection, in days since 1970-01-01. minutes_due_at: the first expected.
CREATE TABLE ledger_plots (
    plot           {id}    NOT NULL PRIMARY KEY REFERENCES plots (id),
    state          {text}  NOT NULL,
    flags          {text}  NOT NULL,
    missing        {text}  NOT NULL,
    handling_org   {id},
    replanting_of  {id},
    due_on         {int},
    minutes_due_at {int},
    definition     {int}   NOT NULL,
    settled_at     {int}   NOT NULL
) {strict};

CREATE INDEX ledger_plots_by_due ON ledger_plots (due_on, plot);
CREATE INDEX ledger_plots_by_minutes ON ledger_plots (minutes_due_at, plot);
CREATE INDEX ledger_plots_by_origin ON ledger_plots (replanting_of);

CREATE TABLE ledger_definitions (
    version      {int}   NOT NULL PRIMARY KEY,
    definition   {text}  NOT NULL,
    reason       {text}  NOT NULL,
    entry        {id}    NOT NULL,
    set_at       {int}   NOT NULL
) {strict};
