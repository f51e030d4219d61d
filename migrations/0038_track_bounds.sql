-- The box around every fix of a track, credible or not, in 1e-7 degrees: which tracks may have come near a place. NULL
-- while a track was not derived since this column stands.
ALTER TABLE tracks ADD COLUMN west {int};
ALTER TABLE tracks ADD COLUMN south {int};
ALTER TABLE tracks ADD COLUMN east {int};
ALTER TABLE tracks ADD COLUMN north {int};

CREATE INDEX tracks_by_time ON tracks (last_at, first_at, west, east, south, north, patrol);
