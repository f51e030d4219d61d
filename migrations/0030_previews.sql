-- Small pictures that come before an original: shown until the original's own images are there, and no evidence.
-- sent: SHA-256 of the bytes as sent; sha256: that of the picture as it is shown, pixels alone.
CREATE TABLE photo_previews (
    photo           {id}    NOT NULL PRIMARY KEY REFERENCES photos (id),
    sent            {bytes} NOT NULL,
    sha256          {bytes} NOT NULL,
    bytes           {int}   NOT NULL,
    width           {int}   NOT NULL,
    height          {int}   NOT NULL,
    received_at     {int}   NOT NULL
) {strict};

CREATE INDEX photo_previews_by_sha256 ON photo_previews (sha256);
