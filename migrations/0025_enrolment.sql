-- Printed sheets, what an enrolment hands out, and secrets that others took the place of.

-- maker: whose phone it is, for the steps that keep its battery saver away from the recording.
ALTER TABLE identity_devices ADD COLUMN maker {text};

-- doors: for which it makes secrets, separated by spaces. withdrawn_at: another code was opened or spent, or the device
-- was revoked.
ALTER TABLE identity_enrolments ADD COLUMN doors {text} NOT NULL DEFAULT 'api odk tracker';
ALTER TABLE identity_enrolments ADD COLUMN withdrawn_at {int};

-- retired_at: a newer secret of the same door took its place; what was acknowledged under it is answered as before.
ALTER TABLE identity_tokens ADD COLUMN retired_at {int};

-- A printed code opens nothing until its device's row is opened. void_at: spent, or another sheet was printed, or the
-- device was revoked.
CREATE TABLE identity_sheets (
    code_hash   {bytes} NOT NULL PRIMARY KEY,
    device      {id}    NOT NULL REFERENCES identity_devices (id),
    printed_by  {id}    NOT NULL,
    printed_at  {int}   NOT NULL,
    void_at     {int}
) {strict};

CREATE INDEX identity_sheets_device ON identity_sheets (device);
