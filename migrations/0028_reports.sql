-- Forms that were kept as they were. body: the filled-in form, as JSON; entry: the one that says that it was kept.
CREATE TABLE report_runs (
    id           {id}    NOT NULL PRIMARY KEY,
    entry        {id}    NOT NULL,
    form         {text}  NOT NULL,
    first_day    {int}   NOT NULL,
    last_day     {int}   NOT NULL,
    as_of        {id},
    reach        {text}  NOT NULL,
    made_by      {id}    NOT NULL,
    made_at      {int}   NOT NULL,
    body         {text}  NOT NULL
) {strict};

CREATE INDEX report_runs_by_form ON report_runs (form, made_at);

-- Communes that confirmed that nothing happened (không phát sinh). through: the last local day that it is said of.
-- retracted_by: the entry that took it back.
CREATE TABLE report_nothing (
    id           {id}    NOT NULL PRIMARY KEY,
    entry        {id}    NOT NULL,
    commune      {text}  NOT NULL,
    period       {text}  NOT NULL,
    first_day    {int}   NOT NULL,
    through      {int}   NOT NULL,
    said_by      {id}    NOT NULL,
    said_at      {int}   NOT NULL,
    note         {text},
    retracted_by {id},
    retracted_at {int}
) {strict};

CREATE INDEX report_nothing_by_commune ON report_nothing (commune, first_day);
