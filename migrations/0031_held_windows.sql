-- The minutes in which the holder of a device that has a tracker's secret alone may claim what is held of it, or let it go, by
-- a code that an officer reads out. wrong: codes that did not fit.
CREATE TABLE identity_held_windows (
    device      {id}    NOT NULL PRIMARY KEY,
    code_hash   {bytes} NOT NULL,
    opened_by   {id}    NOT NULL,
    expires_at  {int}   NOT NULL,
    wrong       {int}   NOT NULL
) {strict};
