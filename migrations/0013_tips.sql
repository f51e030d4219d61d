-- Tips (tin báo): no column says who told. cell: an H3 cell of resolution 8; received_on: days since 1970-01-01. Neither
-- a finer place nor a time of day is ever sent. record: crop, channel and text, as JSON.
CREATE TABLE tips (
    id           {id}    NOT NULL PRIMARY KEY,
    entry        {id}    NOT NULL,
    author       {id}    NOT NULL,
    org          {id},
    cell         {int}   NOT NULL,
    received_on  {int}   NOT NULL,
    record       {text}  NOT NULL,
    digest       {bytes} NOT NULL,
    recorded_at  {int}   NOT NULL
) {strict};

CREATE INDEX tips_by_time ON tips (recorded_at, id);

-- What became of a tip; the last one stands. plot: the plot that was found.
CREATE TABLE tip_outcomes (
    id           {id}    NOT NULL PRIMARY KEY,
    tip          {id}    NOT NULL REFERENCES tips (id),
    entry        {id}    NOT NULL,
    author       {id}    NOT NULL,
    state        {text}  NOT NULL,
    plot         {id},
    note         {text},
    digest       {bytes} NOT NULL,
    recorded_at  {int}   NOT NULL,
    CONSTRAINT tip_outcomes_once UNIQUE (tip, author, digest)
) {strict};

-- The random draw of plots that another unit visits again, one for each statistical year. head: the entries in the first
-- head that was signed after the year ended, whose root seeds the draw; record: the draw, as JSON.
CREATE TABLE ledger_samples (
    period       {int}   NOT NULL PRIMARY KEY,
    entry        {id}    NOT NULL,
    head         {int}   NOT NULL,
    record       {text}  NOT NULL,
    drawn_at     {int}   NOT NULL
) {strict};

-- What the other unit found on a drawn plot; the last one stands. found_m2: ground on which the crop had stood and was
-- destroyed, m².
CREATE TABLE ledger_revisits (
    id           {id}    NOT NULL PRIMARY KEY,
    period       {int}   NOT NULL REFERENCES ledger_samples (period),
    plot         {id}    NOT NULL REFERENCES plots (id),
    entry        {id}    NOT NULL,
    author       {id}    NOT NULL,
    org          {id}    NOT NULL,
    visited_at   {int}   NOT NULL,
    found_m2     {real}  NOT NULL,
    notes        {text},
    digest       {bytes} NOT NULL,
    recorded_at  {int}   NOT NULL,
    CONSTRAINT ledger_revisits_found CHECK (found_m2 >= 0),
    CONSTRAINT ledger_revisits_once UNIQUE (period, plot, author, digest)
) {strict};

-- Who looked at an original or took a case out: asked for each case package.
CREATE INDEX journal_entries_views ON journal_entries (fact) WHERE kind = 'view';
