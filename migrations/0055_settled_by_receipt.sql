-- Which closings a re-opening takes back, and which work a kept plot takes, follows otherwise from facts: every plot is settled
-- once by the new rules.
INSERT INTO jobs (id, kind, subject, due_at, attempts, lease_until, state)
    SELECT id, 'settle_plot', id, 0, 0, 0, 'waiting' FROM plots
    WHERE id NOT IN (SELECT subject FROM jobs WHERE kind = 'settle_plot');
