-- Patrols of one campaign, and the campaigns of some days: most patrols belong to none.
CREATE INDEX patrols_by_campaign ON patrols (campaign, started_at) WHERE campaign IS NOT NULL;
