-- refusal: what the record's own route said when it was kept aside (problem+json), for whoever decides; null where no
-- route was asked, and of records from before.
ALTER TABLE sync_reviews ADD COLUMN refusal {text};
