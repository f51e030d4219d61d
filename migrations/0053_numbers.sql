-- An entry that waits for its number stands in one index less: each is a page more that a commit writes. On SQLite the
-- constraint's own index holds what has none, and every statement uses that one. On PostgreSQL what had none stays in an
-- index until a vacuum, so that there the small index of what waits is used, and that of the numbers holds numbers alone.
{postgres}ALTER TABLE journal_entries DROP CONSTRAINT journal_entries_seq_once;
{postgres}CREATE UNIQUE INDEX journal_entries_seq_once ON journal_entries (seq) WHERE seq IS NOT NULL;
{sqlite}DROP INDEX journal_entries_unsequenced;
