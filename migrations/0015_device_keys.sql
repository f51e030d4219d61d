-- What devices sign and what their clocks say.

-- id: the key's thumbprint (RFC 7638). public: the point, uncompressed (SEC 1 §2.3.3).
CREATE TABLE identity_device_keys (
    id            {text}  NOT NULL PRIMARY KEY,
    device        {id}    NOT NULL REFERENCES identity_devices (id),
    public        {bytes} NOT NULL,
    entry         {id}    NOT NULL,
    proposed_at   {int}   NOT NULL,
    confirmed_at  {int},
    confirmed_by  {id},
    revoked_at    {int}
) {strict};

CREATE INDEX identity_device_keys_by_device ON identity_device_keys (device);

-- SHA-256 over base and signature of the statement that an entry came with; the leaf covers it.
ALTER TABLE journal_entries ADD COLUMN statement {bytes};

-- own: SHA-256 of base, which the device's next statement names as previous. public: the key, where it is known.
CREATE TABLE journal_statements (
    entry      {id}    NOT NULL PRIMARY KEY,
    device     {id}    NOT NULL,
    key_id     {text}  NOT NULL,
    sequence   {int}   NOT NULL,
    previous   {bytes} NOT NULL,
    own        {bytes} NOT NULL,
    base       {text}  NOT NULL,
    signature  {bytes} NOT NULL,
    public     {bytes},
    standing   {text}  NOT NULL,
    signed_at  {int}   NOT NULL,
    head_size  {int},
    head_root  {bytes},
    nonce      {text}
) {strict};

CREATE INDEX journal_statements_by_key ON journal_statements (key_id, sequence);

-- What a sender's clock said when the request left it, and how long an exchange took it at most.
CREATE TABLE journal_clocks (
    entry          {id}  NOT NULL PRIMARY KEY,
    sent_at        {int} NOT NULL,
    round_trip_ms  {int}
) {strict};
