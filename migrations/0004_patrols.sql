-- Patrols as declared; every version is kept. The figures are derived and may be made anew at any time.
CREATE TABLE patrols (
    id           {id}    NOT NULL PRIMARY KEY,
    version      {int}   NOT NULL,
    entry        {id}    NOT NULL,
    author       {id}    NOT NULL,
    team         {id}    NOT NULL REFERENCES identity_teams (id),
    lead_org     {id}    NOT NULL REFERENCES identity_orgs (id),
    kind         {text}  NOT NULL,
    transport    {text}  NOT NULL,
    headcount    {text}  NOT NULL,
    started_at   {int}   NOT NULL,
    ended_at     {int},
    campaign     {id},
    notes        {text},
    recorded_at  {int}   NOT NULL,
    state        {text}  NOT NULL,
    judged_by    {id},
    judged_entry {id},
    judged_why   {text},
    held_since   {int},
    held_why     {text},
    held_entry   {id},
    length_m     {real}  NOT NULL,
    duration_ms  {int}   NOT NULL,
    moving_ms    {int}   NOT NULL,
    standing_ms  {int}   NOT NULL,
    derived_chunks {int} NOT NULL,
    redacted_at  {int},
    CONSTRAINT patrols_state CHECK (state IN ('open', 'closed', 'validated', 'rejected'))
) {strict};

CREATE INDEX patrols_by_start ON patrols (started_at, id);
CREATE INDEX patrols_by_team ON patrols (team, started_at);
CREATE INDEX patrols_by_author ON patrols (author, started_at);

CREATE TABLE patrol_versions (
    patrol       {id}    NOT NULL REFERENCES patrols (id),
    version      {int}   NOT NULL,
    entry        {id}    NOT NULL,
    author       {id}    NOT NULL,
    draft        {text}  NOT NULL,
    CONSTRAINT patrol_versions_once PRIMARY KEY (patrol, version)
) {strict};

-- The communes that a patrol's credible fixes lie in.
CREATE TABLE patrol_communes (
    patrol       {id}    NOT NULL REFERENCES patrols (id),
    commune      {text}  NOT NULL,
    CONSTRAINT patrol_communes_once PRIMARY KEY (patrol, commune)
) {strict};

CREATE INDEX patrol_communes_by_commune ON patrol_communes (commune, patrol);

-- One per patrol and device. Summary and line are derived from so many chunks, and all that stays after retention.
CREATE TABLE tracks (
    patrol       {id}    NOT NULL REFERENCES patrols (id),
    device       {id}    NOT NULL,
    chunks       {int}   NOT NULL,
    fixes        {int}   NOT NULL,
    first_at     {int},
    last_at      {int},
    summary      {text},
    line         {text},
    frozen_at    {int},
    CONSTRAINT tracks_once PRIMARY KEY (patrol, device)
) {strict};

-- A coded chunk of fixes: the bytes are the entry's body. The request's digest tells an exact replay.
CREATE TABLE fix_chunks (
    entry        {id}    NOT NULL PRIMARY KEY,
    patrol       {id}    NOT NULL REFERENCES patrols (id),
    device       {id}    NOT NULL,
    first_at     {int}   NOT NULL,
    last_at      {int}   NOT NULL,
    fixes        {int}   NOT NULL,
    request      {bytes} NOT NULL,
    received_at  {int}   NOT NULL
) {strict};

CREATE INDEX fix_chunks_track ON fix_chunks (patrol, device, last_at);

-- Fixes outside every patrol: seen by nobody, joined to a patrol that is recorded later, or erased.
CREATE TABLE held_chunks (
    entry        {id}    NOT NULL PRIMARY KEY,
    device       {id}    NOT NULL,
    first_at     {int}   NOT NULL,
    last_at      {int}   NOT NULL,
    fixes        {int}   NOT NULL,
    request      {bytes} NOT NULL,
    received_at  {int}   NOT NULL,
    expires_at   {int}   NOT NULL
) {strict};

CREATE INDEX held_chunks_device ON held_chunks (device, last_at);
CREATE INDEX held_chunks_expiry ON held_chunks (expires_at);

-- What could be no fix, once per content, so that a replay keeps nothing twice. subject: the patrol, or the device.
CREATE TABLE fix_refusals (
    subject      {id}    NOT NULL,
    author       {id}    NOT NULL,
    digest       {bytes} NOT NULL,
    entry        {id}    NOT NULL,
    received_at  {int}   NOT NULL,
    CONSTRAINT fix_refusals_once PRIMARY KEY (subject, author, digest)
) {strict};
