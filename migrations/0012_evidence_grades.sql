-- What grades ask of photos that came from now on: the door, whether an account or a device sent it, and the named
-- account at the shutter. Earlier photos have none of them.
ALTER TABLE photos ADD COLUMN door {text};
ALTER TABLE photos ADD COLUMN principal {text};
ALTER TABLE photos ADD COLUMN taken_by {id};

-- A device's own track around the time of a photo.
CREATE INDEX fix_chunks_by_device ON fix_chunks (device, last_at);

CREATE TABLE evidence_definitions (
    version      {int}   NOT NULL PRIMARY KEY,
    definition   {text}  NOT NULL,
    reason       {text}  NOT NULL,
    entry        {id}    NOT NULL,
    set_at       {int}   NOT NULL
) {strict};
