-- How a second visit measured what it found, and the plants that it saw standing. NULL where it does not say.
ALTER TABLE ledger_revisits ADD COLUMN area_method {text};
ALTER TABLE ledger_revisits ADD COLUMN plants {int};
