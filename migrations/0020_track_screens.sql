-- What a track was last screened with. zero_at: the instant from which the seconds of its windows count.
CREATE TABLE track_screens (
    patrol       {id}    NOT NULL REFERENCES patrols (id),
    device       {id}    NOT NULL,
    zero_at      {int}   NOT NULL,
    screened_at  {int}   NOT NULL,
    CONSTRAINT track_screens_once PRIMARY KEY (patrol, device)
) {strict};

-- Windows of tracks: ten steps as shares of their sum, found by their keys. No place and no time of day is in them; they
-- stay when the fixes are erased.
CREATE TABLE track_windows (
    bits         {int}   NOT NULL,
    patrol       {id}    NOT NULL,
    device       {id}    NOT NULL,
    at_s         {int}   NOT NULL,
    shares       {bytes} NOT NULL,
    CONSTRAINT track_windows_once PRIMARY KEY (bits, patrol, device, at_s)
) {clustered};

CREATE INDEX track_windows_by_track ON track_windows (patrol, device);

-- What a screen found in a track or a claim: a question to the unit. subject: what is asked about what, once. other_*:
-- the earlier track, where there are two sides. plot, fact: the claim that no track came near.
CREATE TABLE evidence_track_questions (
    id           {id}    NOT NULL PRIMARY KEY,
    subject      {text}  NOT NULL,
    screen       {text}  NOT NULL,
    patrol       {id},
    device       {id},
    other_patrol {id},
    other_device {id},
    plot         {id},
    org          {id},
    state        {text}  NOT NULL,
    record       {text}  NOT NULL,
    entry        {id}    NOT NULL,
    asked_at     {int}   NOT NULL,
    CONSTRAINT evidence_track_questions_once UNIQUE (subject),
    CONSTRAINT evidence_track_questions_state CHECK (state IN ('open', 'answered', 'cleared', 'upheld'))
) {strict};

CREATE INDEX evidence_track_questions_by_time ON evidence_track_questions (asked_at, id);
CREATE INDEX evidence_track_questions_by_device ON evidence_track_questions (device);
CREATE INDEX evidence_track_questions_by_plot ON evidence_track_questions (plot);

CREATE TABLE evidence_track_replies (
    entry        {id}    NOT NULL PRIMARY KEY,
    question     {id}    NOT NULL REFERENCES evidence_track_questions (id),
    kind         {text}  NOT NULL,
    author       {id}    NOT NULL,
    org          {id},
    body         {text}  NOT NULL,
    said_at      {int}   NOT NULL,
    CONSTRAINT evidence_track_replies_kind CHECK (kind IN ('answer', 'decision'))
) {strict};

CREATE INDEX evidence_track_replies_by_question ON evidence_track_replies (question, said_at);
