-- refusal: what the record's own route said when it was kept aside (problem+json), for whoever decides; null where no
-- route was asked, and of records from before.
ALTER TABLE sync_reviews ADD COLUMN refusal {text};

-- What of a node's facts the province keeps aside for a person: few among all that went.
CREATE INDEX sync_upstream_aside ON sync_upstream (answered_at) WHERE review IS NOT NULL;

-- What else came under the name of a form is asked for with each form that is listed.
CREATE INDEX quarantine_submissions ON quarantine (fact) WHERE kind = 'submission';
