-- Who may do what: organisations, teams, accounts, devices, dated roles, secrets (hashed).
CREATE TABLE identity_orgs (
    id          {id}    NOT NULL PRIMARY KEY,
    name        {text}  NOT NULL,
    kind        {text}  NOT NULL,
    created_at  {int}   NOT NULL,
    CONSTRAINT identity_orgs_name_once UNIQUE (name)
) {strict};

CREATE TABLE identity_teams (
    id          {id}    NOT NULL PRIMARY KEY,
    org         {id}    NOT NULL REFERENCES identity_orgs (id),
    name        {text}  NOT NULL,
    created_at  {int}   NOT NULL,
    CONSTRAINT identity_teams_name_once UNIQUE (org, name)
) {strict};

CREATE TABLE identity_accounts (
    id            {id}   NOT NULL PRIMARY KEY,
    login         {text} NOT NULL,
    org           {id}   REFERENCES identity_orgs (id),
    password_hash {text},
    created_by    {id}   NOT NULL,
    created_at    {int}  NOT NULL,
    disabled_at   {int},
    CONSTRAINT identity_accounts_login_once UNIQUE (login)
) {strict};

CREATE TABLE identity_devices (
    id          {id}    NOT NULL PRIMARY KEY,
    name        {text}  NOT NULL,
    team        {id}    NOT NULL REFERENCES identity_teams (id),
    created_by  {id}    NOT NULL,
    created_at  {int}   NOT NULL,
    revoked_at  {int},
    CONSTRAINT identity_devices_name_once UNIQUE (name)
) {strict};

-- commune NULL: the whole province, places outside every commune included.
CREATE TABLE identity_grants (
    id          {id}    NOT NULL PRIMARY KEY,
    holder      {id}    NOT NULL,
    role        {text}  NOT NULL,
    commune     {text},
    valid_from  {int}   NOT NULL,
    valid_to    {int},
    given_by    {id}    NOT NULL
) {strict};

CREATE INDEX identity_grants_holder ON identity_grants (holder);

CREATE TABLE identity_tokens (
    id           {id}    NOT NULL PRIMARY KEY,
    hash         {bytes} NOT NULL,
    holder       {id}    NOT NULL,
    holder_kind  {text}  NOT NULL,
    door         {text}  NOT NULL,
    label        {text}  NOT NULL,
    read_only    {int}   NOT NULL,
    active       {int}   NOT NULL,
    created_at   {int}   NOT NULL,
    expires_at   {int},
    revoked_at   {int},
    last_used_at {int},
    CONSTRAINT identity_tokens_hash_once UNIQUE (hash),
    CONSTRAINT identity_tokens_holder_kind CHECK (holder_kind IN ('account', 'device')),
    CONSTRAINT identity_tokens_read_only CHECK (read_only IN (0, 1)),
    CONSTRAINT identity_tokens_active CHECK (active IN (0, 1))
) {strict};

CREATE INDEX identity_tokens_holder ON identity_tokens (holder);

CREATE TABLE identity_enrolments (
    code_hash    {bytes} NOT NULL PRIMARY KEY,
    device       {id}    NOT NULL REFERENCES identity_devices (id),
    opened_by    {id}    NOT NULL,
    expires_at   {int}   NOT NULL,
    spent_at     {int},
    number       {int}   NOT NULL,
    confirmed_at {int}
) {strict};

CREATE INDEX identity_enrolments_device ON identity_enrolments (device);
