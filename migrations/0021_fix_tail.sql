-- Fixes of doors that send one at a time, until they are sealed into a chunk. In the order of their key: a device's lie
-- together, and what comes again is there already.
CREATE TABLE fix_tail (
    device       {id}    NOT NULL,
    t            {int}   NOT NULL,
    lon_e7       {int}   NOT NULL,
    lat_e7       {int}   NOT NULL,
    accuracy_dm  {int},
    altitude_dm  {int},
    speed_cmps   {int},
    bearing_ddeg {int},
    mock         {int}   NOT NULL,
    received_at  {int}   NOT NULL,
    CONSTRAINT fix_tail_once PRIMARY KEY (device, t, lon_e7, lat_e7),
    CONSTRAINT fix_tail_mock CHECK (mock IN (0, 1))
) {clustered};

-- The last that was heard of a device through a tracker: that it lives, no place.
CREATE TABLE device_signs (
    device       {id}    NOT NULL PRIMARY KEY,
    at           {int}   NOT NULL,
    app          {text}  NOT NULL,
    battery_pct  {int},
    charging     {int},
    CONSTRAINT device_signs_charging CHECK (charging IN (0, 1))
) {strict};

-- Calls for help from the field, once per content. The place is what the call itself said; commune: where it lies.
CREATE TABLE sos_calls (
    id           {id}    NOT NULL PRIMARY KEY,
    device       {id}    NOT NULL,
    digest       {bytes} NOT NULL,
    at           {int}   NOT NULL,
    lon_e7       {int},
    lat_e7       {int},
    commune      {text},
    app          {text}  NOT NULL,
    entry        {id}    NOT NULL,
    received_at  {int}   NOT NULL,
    CONSTRAINT sos_calls_once UNIQUE (device, digest)
) {strict};

CREATE INDEX sos_calls_by_receipt ON sos_calls (received_at, id);
