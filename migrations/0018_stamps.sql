-- Heads stamped by an outside authority (RFC 3161): the reply as it came.
CREATE TABLE journal_stamps (
    size        {int}    NOT NULL,
    authority   {text}   NOT NULL,
    stamped_at  {int}    NOT NULL,
    asked_at    {int}    NOT NULL,
    reply       {bytes}  NOT NULL,
    CONSTRAINT journal_stamps_once PRIMARY KEY (size, authority)
) {strict};
