-- Photos from elsewhere or another week fill no stage of the photo minimum any more: every plot is settled once by that.
INSERT INTO jobs (id, kind, subject, due_at, attempts, lease_until, state)
    SELECT id, 'settle_plot', id, 0, 0, 0, 'waiting' FROM plots
    WHERE id NOT IN (SELECT subject FROM jobs WHERE kind = 'settle_plot');

-- That this server made a picture of its original: the log's signature over both hashes, and the key's id. Pictures of before
-- have none.
ALTER TABLE photo_images ADD COLUMN key_id {text};
ALTER TABLE photo_images ADD COLUMN signature {bytes};
