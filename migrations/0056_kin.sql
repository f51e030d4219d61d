-- Communes whose ground is one commune's today, each with every other: those that have ended by their heir, and the heir itself.
-- Made from the boundaries for the communes of rights, and made anew at a start and whenever other boundaries hold.
CREATE TABLE area_kin (
    code  {text}  NOT NULL,
    kin   {text}  NOT NULL,
    CONSTRAINT area_kin_once PRIMARY KEY (code, kin)
) {strict};
