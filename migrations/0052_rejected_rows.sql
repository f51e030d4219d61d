-- Rejected patrols keep their rows in the index: those that were rejected before are swept once more while their fixes are
-- there, so that they count again if they are corrected after their fixes are gone.
INSERT INTO jobs (id, kind, subject, due_at, attempts, lease_until, state)
    SELECT id, 'index_coverage', id, 0, 0, 0, 'waiting' FROM patrols
    WHERE state = 'rejected' AND redacted_at IS NULL
    AND id NOT IN (SELECT subject FROM jobs WHERE kind = 'index_coverage');
