-- Originals on their way, in parts that are on disk. owner: the device or account; length: null until it is told;
-- reserved: what the owner's quota counts; fence: rises with every holder, so that an earlier one changes nothing more;
-- held_until: until when the holder is left alone; entry, quarantine: what became of the bytes.
CREATE TABLE photo_uploads (
    id              {id}    NOT NULL PRIMARY KEY,
    owner           {id}    NOT NULL,
    photo           {id},
    length          {int},
    reserved        {int}   NOT NULL,
    received        {int}   NOT NULL,
    metadata        {text}  NOT NULL,
    media_type      {text},
    state           {text}  NOT NULL,
    entry           {id},
    quarantine      {id},
    fence           {int}   NOT NULL,
    held_until      {int}   NOT NULL,
    opened_at       {int}   NOT NULL,
    expires_at      {int}   NOT NULL,
    CONSTRAINT photo_uploads_state CHECK (state IN ('open', 'kept', 'set_apart')),
    CONSTRAINT photo_uploads_received CHECK (received >= 0 AND (length IS NULL OR received <= length))
) {strict};

CREATE INDEX photo_uploads_by_owner ON photo_uploads (owner, state);
CREATE INDEX photo_uploads_by_expiry ON photo_uploads (expires_at);

-- The bytes received so far, without gaps. A part is written once, under a name that holds its writer's fence.
CREATE TABLE photo_upload_parts (
    upload          {id}    NOT NULL,
    starts_at       {int}   NOT NULL,
    fence           {int}   NOT NULL,
    bytes           {int}   NOT NULL,
    CONSTRAINT photo_upload_parts_once PRIMARY KEY (upload, starts_at)
) {clustered};
