-- Whether what waits for a desk was sent back to its author for completing and nobody has answered: made from the facts of
-- the ledger, for lists, as the state is.
ALTER TABLE plots ADD COLUMN returned {int} NOT NULL DEFAULT 0 CONSTRAINT plots_returned CHECK (returned IN (0, 1));

CREATE INDEX plots_returned_by_time ON plots (detected_at, id) WHERE returned = 1;
