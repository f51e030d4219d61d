-- Dated boundaries, risk areas and gates. Dates are local days (UTC+7) since 1970-01-01, both ends included.
CREATE TABLE area_boundaries (
    id             {id}    NOT NULL PRIMARY KEY,
    code           {text}  NOT NULL,
    name           {text}  NOT NULL,
    kind           {text}  NOT NULL,
    province_code  {text},
    province_name  {text},
    is_border      {int},
    valid_from     {int}   NOT NULL,
    valid_to       {int},
    outline        {bytes} NOT NULL,
    sha256         {bytes} NOT NULL,
    area_m2        {real}  NOT NULL,
    vertices       {int}   NOT NULL,
    entry          {id}    NOT NULL,
    CONSTRAINT area_boundaries_from_once UNIQUE (code, valid_from),
    CONSTRAINT area_boundaries_is_border CHECK (is_border IN (0, 1)),
    CONSTRAINT area_boundaries_validity CHECK (valid_to IS NULL OR valid_to >= valid_from)
) {strict};

-- Every version of an area stays, under the area's one id. From superseded_from on a later version speaks for it.
CREATE TABLE area_risk_areas (
    id               {id}    NOT NULL,
    code             {text}  NOT NULL,
    version          {int}   NOT NULL,
    name             {text}  NOT NULL,
    level            {text}  NOT NULL,
    basis            {text}  NOT NULL,
    crop             {text}  NOT NULL,
    windows          {text}  NOT NULL,
    required_visits  {int}   NOT NULL,
    valid_from       {int}   NOT NULL,
    valid_to         {int},
    superseded_from  {int},
    outline          {bytes} NOT NULL,
    area_m2          {real}  NOT NULL,
    reason           {text}  NOT NULL,
    entry            {id}    NOT NULL,
    CONSTRAINT area_risk_areas_pk PRIMARY KEY (code, version),
    CONSTRAINT area_risk_areas_validity CHECK (valid_to IS NULL OR valid_to >= valid_from)
) {strict};

CREATE TABLE area_gates (
    id          {id}    NOT NULL PRIMARY KEY,
    code        {text}  NOT NULL,
    name        {text}  NOT NULL,
    kind        {text}  NOT NULL,
    commune     {text},
    lon         {real}  NOT NULL,
    lat         {real}  NOT NULL,
    accuracy_m  {real},
    basis       {text},
    entry       {id}    NOT NULL,
    CONSTRAINT area_gates_code_once UNIQUE (code)
) {strict};

-- One row, moved on by every act that changes areas: orders such acts and tells caches that they are old.
CREATE TABLE area_epoch (
    only_row  {int}  NOT NULL PRIMARY KEY,
    epoch     {int}  NOT NULL,
    CONSTRAINT area_epoch_one CHECK (only_row = 1)
) {strict};

INSERT INTO area_epoch (only_row, epoch) VALUES (1, 0);
