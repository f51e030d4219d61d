-- Files of offices that were looked at and may be loaded as they were told of. Options and report are JSON.
CREATE TABLE imports (
    id          {id}    NOT NULL PRIMARY KEY,
    asker       {id}    NOT NULL,
    kind        {text}  NOT NULL,
    name        {text}  NOT NULL,
    options     {text}  NOT NULL,
    state       {text}  NOT NULL,
    bytes       {int}   NOT NULL,
    sha256      {bytes} NOT NULL,
    plan        {bytes} NOT NULL,
    report      {text}  NOT NULL,
    asked_at    {int}   NOT NULL,
    expires_at  {int}   NOT NULL,
    loaded_at   {int},
    entry       {id}
) {strict};

CREATE INDEX imports_by_asker ON imports (asker, asked_at);

CREATE INDEX imports_by_state ON imports (state, expires_at);
