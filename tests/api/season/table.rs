//! What became of every class: how many were brought in, how many were caught, and which honest things were touched.

use std::fmt;

/// The class that nothing but a second look can find.
pub const UNMEASURED: &str = "recorded and destroyed area doubled, nobody else measured";

/// One class of forgery.
#[derive(Debug, Clone)]
pub struct Row {
    pub class: String,
    pub injected: usize,
    pub caught: usize,
    /// Not caught, but listed for people to decide.
    pub told: usize,
    /// What "caught" means here, and what became of the rest.
    pub how: String,
}

/// Honest things of one kind.
#[derive(Debug, Clone)]
pub struct Touched {
    pub what: String,
    pub made: usize,
    pub wrongly: usize,
    pub how: String,
}

/// What the ledger says at one time, m².
#[derive(Debug, Clone, Default)]
pub struct Areas {
    pub when: &'static str,
    pub claimed: f64,
    pub destroyed_claimed: f64,
    pub eradicated: f64,
    pub approved: f64,
    pub disputed_claimed: f64,
    pub disputed_eradicated: f64,
    pub conflicts: u64,
}

#[derive(Debug, Default)]
pub struct Table {
    pub rows: Vec<Row>,
    pub honest: Vec<Touched>,
    pub areas: Vec<Areas>,
    /// Of the grounds that honest teams destroyed, each once, m².
    pub true_m2: f64,
    pub sizes: String,
}

impl Table {
    pub fn forged(&mut self, class: &str, injected: usize, caught: usize, how: impl Into<String>) {
        self.rows.push(Row {
            class: class.to_owned(),
            injected,
            caught,
            told: 0,
            how: how.into(),
        });
    }

    pub fn honest(&mut self, what: &str, made: usize, touched: usize, how: impl Into<String>) {
        self.honest.push(Touched {
            what: what.to_owned(),
            made,
            wrongly: touched,
            how: how.into(),
        });
    }

    /// What has to hold of every season: the figures of `docs/evidence.md` are those of a larger one.
    pub fn check(&self) {
        for row in &self.rows {
            // Nobody but the unit itself says how large the ground was: the second look finds it, no rule does.
            let is_out_of_reach = row.class == UNMEASURED;
            let wanted = if is_out_of_reach { 0 } else { row.injected };
            assert!(
                row.injected > 0 && row.caught + row.told >= wanted,
                "{row:?}"
            );
        }
        for own in &self.honest {
            assert_eq!(own.wrongly, 0, "{own:?}");
        }
        let honest = &self.areas[0];
        assert!(
            (honest.eradicated - self.true_m2).abs() < 1e-6,
            "{honest:?}"
        );
        assert!(
            self.areas
                .iter()
                .all(|own| own.approved <= honest.approved + 1e-6),
            "{:?}",
            self.areas
        );
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n{}\n\n| class | injected | caught | how |\n|---|---|---|---|",
            self.sizes
        )?;
        for row in &self.rows {
            let Row {
                class,
                injected,
                caught,
                how,
                ..
            } = row;
            writeln!(f, "| {class} | {injected} | {caught} | {how} |")?;
        }
        writeln!(f, "\n| honest | made | touched | how |\n|---|---|---|---|")?;
        for row in &self.honest {
            let Touched {
                what,
                made,
                wrongly,
                how,
            } = row;
            writeln!(f, "| {what} | {made} | {wrongly} | {how} |")?;
        }
        writeln!(
            f,
            "\ntruly destroyed {:.0} m²\n\n| m² | claimed | claimed as destroyed | eradicated | approved | in dispute: claimed | in dispute: eradicated | conflicts |\n|---|---|---|---|---|---|---|---|",
            self.true_m2
        )?;
        for own in &self.areas {
            writeln!(
                f,
                "| {} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {} |",
                own.when,
                own.claimed,
                own.destroyed_claimed,
                own.eradicated,
                own.approved,
                own.disputed_claimed,
                own.disputed_eradicated,
                own.conflicts
            )?;
        }
        Ok(())
    }
}
