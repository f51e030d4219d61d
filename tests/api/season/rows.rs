//! Somebody who can write the database changes what the season left there; `verify log` holds it against the entries.

use tuantra::evidence::verify_originals;
use tuantra::{ledger, plots};

use super::people::Season;
use crate::journal::by_hand;

/// What holds a change against the log.
#[derive(Clone, Copy)]
enum Judge {
    Plots,
    Ledger,
    Originals,
    Entries,
}

/// A change and what undoes it.
type Edit = (&'static str, &'static str);

const PLOTS: [Edit; 4] = [
    (
        "UPDATE plots SET area_m2 = area_m2 + 500 WHERE id = (SELECT p.id FROM plots p ORDER BY p.id LIMIT 1)",
        "UPDATE plots SET area_m2 = area_m2 - 500 WHERE id = (SELECT p.id FROM plots p ORDER BY p.id LIMIT 1)",
    ),
    (
        "UPDATE plots SET lat = lat + 0.5 WHERE id = (SELECT p.id FROM plots p ORDER BY p.id DESC LIMIT 1)",
        "UPDATE plots SET lat = lat - 0.5 WHERE id = (SELECT p.id FROM plots p ORDER BY p.id DESC LIMIT 1)",
    ),
    (
        "UPDATE plots SET detected_at = detected_at - 86400000 WHERE id = (SELECT p.id FROM plots p ORDER BY p.id LIMIT 1)",
        "UPDATE plots SET detected_at = detected_at + 86400000 WHERE id = (SELECT p.id FROM plots p ORDER BY p.id LIMIT 1)",
    ),
    (
        "UPDATE plot_versions SET record = '~' || record WHERE plot = (SELECT p.id FROM plots p ORDER BY p.id LIMIT 1)",
        "UPDATE plot_versions SET record = SUBSTR(record, 2) WHERE plot = (SELECT p.id FROM plots p ORDER BY p.id LIMIT 1)",
    ),
];

const FACTS: [Edit; 4] = [
    (
        "UPDATE ledger_facts SET record = REPLACE(record, 'burn', 'cut') WHERE id = (SELECT f.id FROM ledger_facts f WHERE f.kind = 'eradication' ORDER BY f.id LIMIT 1)",
        "UPDATE ledger_facts SET record = REPLACE(record, 'cut', 'burn') WHERE id = (SELECT f.id FROM ledger_facts f WHERE f.kind = 'eradication' ORDER BY f.id LIMIT 1)",
    ),
    (
        "UPDATE ledger_facts SET at = at - 86400000 WHERE id = (SELECT f.id FROM ledger_facts f WHERE f.kind = 'verification' ORDER BY f.id LIMIT 1)",
        "UPDATE ledger_facts SET at = at + 86400000 WHERE id = (SELECT f.id FROM ledger_facts f WHERE f.kind = 'verification' ORDER BY f.id LIMIT 1)",
    ),
    (
        "UPDATE ledger_facts SET corrects = id WHERE id = (SELECT f.id FROM ledger_facts f WHERE f.kind = 'eradication' ORDER BY f.id LIMIT 1)",
        "UPDATE ledger_facts SET corrects = NULL WHERE id = (SELECT f.id FROM ledger_facts f WHERE f.kind = 'eradication' ORDER BY f.id LIMIT 1)",
    ),
    (
        "UPDATE ledger_facts SET kind = 'verification' WHERE id = (SELECT f.id FROM ledger_facts f WHERE f.kind = 'approval' ORDER BY f.id LIMIT 1)",
        "UPDATE ledger_facts SET kind = 'approval' WHERE id = (SELECT f.id FROM ledger_facts f WHERE f.kind = 'verification' AND f.record LIKE '%\"eradication\"%' ORDER BY f.id LIMIT 1)",
    ),
];

const PHOTOS: [Edit; 2] = [
    (
        "UPDATE photos SET bytes = bytes + 7 WHERE id = (SELECT o.id FROM photos o ORDER BY o.id LIMIT 1)",
        "UPDATE photos SET bytes = bytes - 7 WHERE id = (SELECT o.id FROM photos o ORDER BY o.id LIMIT 1)",
    ),
    (
        "UPDATE photos SET taken_at = taken_at - 86400000 WHERE id = (SELECT o.id FROM photos o ORDER BY o.id LIMIT 1)",
        "UPDATE photos SET taken_at = taken_at + 86400000 WHERE id = (SELECT o.id FROM photos o ORDER BY o.id LIMIT 1)",
    ),
];

const ENTRIES: [Edit; 3] = [
    (
        "UPDATE journal_entries SET received_at = received_at - 86400000 WHERE seq = 40",
        "UPDATE journal_entries SET received_at = received_at + 86400000 WHERE seq = 40",
    ),
    (
        "UPDATE journal_entries SET seq = -7 WHERE seq = 50",
        "UPDATE journal_entries SET seq = 50 WHERE seq = -7",
    ),
    (
        "UPDATE journal_statements SET base = REPLACE(base, 'PUT', 'POST') WHERE entry = (SELECT s.entry FROM journal_statements s WHERE s.base LIKE '%PUT%' ORDER BY s.entry LIMIT 1)",
        "UPDATE journal_statements SET base = REPLACE(base, 'POST', 'PUT') WHERE entry = (SELECT s.entry FROM journal_statements s WHERE s.base LIKE '%POST%' ORDER BY s.entry LIMIT 1)",
    ),
];

impl Season<'_> {
    pub async fn edited_rows(&mut self) {
        self.field.settle().await;
        let mut before = 0;
        for judge in [
            Judge::Plots,
            Judge::Ledger,
            Judge::Originals,
            Judge::Entries,
        ] {
            before += self.faults(judge).await.len();
        }
        self.table.honest(
            "rows and entries that `verify log` faults before any was edited",
            4,
            before,
            "four kinds of check",
        );
        for (class, edits, judge) in [
            ("row of a plot edited", PLOTS.as_slice(), Judge::Plots),
            (
                "row of a ledger's fact edited",
                FACTS.as_slice(),
                Judge::Ledger,
            ),
            ("row of a photo edited", PHOTOS.as_slice(), Judge::Originals),
            (
                "entry or statement edited",
                ENTRIES.as_slice(),
                Judge::Entries,
            ),
        ] {
            let (mut found, mut missed) = (0, Vec::new());
            for (change, undo) in edits {
                by_hand(self.field, change).await;
                let is_found = !self.faults(judge).await.is_empty();
                found += usize::from(is_found);
                if !is_found {
                    missed.push(*change);
                }
                by_hand(self.field, undo).await;
            }
            let missed = missed
                .iter()
                .map(|change| change.split(" WHERE").next().unwrap());
            let missed: Vec<&str> = missed.collect();
            let how = if missed.is_empty() {
                String::new()
            } else {
                format!("; missed: {missed:?}")
            };
            self.table.forged(
                class,
                edits.len(),
                found,
                format!("found by `verify log`{how}"),
            );
        }
        self.edited_original().await;
    }

    async fn edited_original(&mut self) {
        let ground = self
            .grounds
            .iter()
            .find(|ground| !ground.photos.is_empty())
            .unwrap();
        let path = format!("/api/v1/photos/{}", ground.photos[0]);
        let photo = self.province().get(&path).await.expect(200).json();
        let name = photo["sha256"].as_str().unwrap();
        let data = &self.field.app.config.data;
        let blob = data.join(format!(
            "blobs/sha256/{}/{}/{name}",
            &name[..2],
            &name[2..4]
        ));
        let kept = std::fs::read(&blob).unwrap();
        let mut changed = kept.clone();
        changed[100] ^= 1;
        std::fs::write(&blob, &changed).unwrap();
        let found = usize::from(!self.faults(Judge::Originals).await.is_empty());
        std::fs::write(&blob, &kept).unwrap();
        self.table.forged(
            "one bit of an original turned",
            1,
            found,
            "found by `verify log`",
        );
    }

    async fn faults(&self, judge: Judge) -> Vec<String> {
        let store = self.field.app.journal.store();
        match judge {
            Judge::Plots => texts(&plots::verify_rows(store).await.unwrap().faults),
            Judge::Ledger => texts(&ledger::verify_rows(store).await.unwrap().faults),
            Judge::Originals => texts(
                &verify_originals(store, &self.field.app.blobs)
                    .await
                    .unwrap()
                    .faults,
            ),
            Judge::Entries => texts(&self.field.app.journal.verify().await.unwrap().faults),
        }
    }
}

fn texts(faults: &[impl ToString]) -> Vec<String> {
    faults.iter().map(ToString::to_string).collect()
}
