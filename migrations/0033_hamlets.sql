-- Hamlets (thôn, bản, tổ dân phố). Names that are no longer in use are a JSON list of texts; earlier versions are in the journal.
CREATE TABLE area_hamlets (
    id            {id}    NOT NULL PRIMARY KEY,
    code          {text}  NOT NULL,
    version       {int}   NOT NULL,
    name          {text}  NOT NULL,
    kind          {text}  NOT NULL,
    former_names  {text}  NOT NULL,
    commune       {text},
    lon           {real}  NOT NULL,
    lat           {real}  NOT NULL,
    accuracy_m    {real},
    basis         {text},
    entry         {id}    NOT NULL,
    CONSTRAINT area_hamlets_code_once UNIQUE (code)
) {strict};
