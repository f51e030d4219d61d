-- The rules by which states, flags and due dates follow from facts have changed: every plot is settled once by the new ones.
INSERT INTO jobs (id, kind, subject, due_at, attempts, lease_until, state)
    SELECT id, 'settle_plot', id, 0, 0, 0, 'waiting' FROM plots
    WHERE id NOT IN (SELECT subject FROM jobs WHERE kind = 'settle_plot');
