-- Numbers used once: issued to a device, burned before the shutter, spent by the sidecar that names one.
CREATE TABLE evidence_nonces (
    nonce      {text}  NOT NULL PRIMARY KEY,
    device     {id}    NOT NULL,
    issued_at  {int}   NOT NULL,
    photo      {id},
    spent_at   {int}
) {strict};

CREATE INDEX evidence_nonces_by_device ON evidence_nonces (device, issued_at);
