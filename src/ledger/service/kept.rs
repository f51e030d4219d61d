//! What may be said of a plot depends on where its life stands: what a desk accepted, or a legal hold keeps, leaves the
//! figures by the province's word alone, whatever kind of word that is; two plots are one ground only where that can be; and
//! figures that contradict each other are accepted in words.

use crate::base::actor::{Actor, Principal, Right};
use crate::base::refusal::Refusal;
use crate::base::rounding::decimals;
use crate::base::time::Timestamp;
use crate::ledger::model::{AREA, Act, Conflict, Definition, Fact, Life};
use crate::ledger::sql::FactRow;
use crate::store::Tx;

use super::material::{self, Material};
use super::{Error, Ledger};

const KEPT: &str = "điểm đã được phê duyệt hoặc đang bị giữ theo yêu cầu tố tụng, mà nội dung này đưa điểm ra khỏi số liệu: đề nghị cấp \
     tỉnh ghi, có lý do / its eradication was approved, or a legal hold keeps it, and this would take it out of all figures: \
     expected a provincial role that opens closed plots again; ask the province";

const WHY: &str = "nội dung này đưa một điểm đã được phê duyệt hoặc đang bị giữ ra khỏi số liệu: cần ghi lý do / this takes an \
     approved or held plot out of all figures: expected the reason";

const BEFORE: &str = "xác minh trước khi điểm được phát hiện: kiểm tra lại thời điểm xác minh, hoặc sửa thời điểm phát hiện trước / \
     earlier than the plot's detection: expected a time from detected_at on, or a corrected detection first";

const OWN_WORD: &str = "tài khoản đã ghi lần phá nhổ không tự xác nhận thay người thứ hai: cần tài khoản khác xác nhận, hoặc ghi là chỉ có \
     một mình / the account that recorded the eradication does not confirm it: expected a second member's account, or alone";

impl Ledger {
    /// Whether a fact may follow what is known of its plot; `at`: when it happened, none for what is dated by its receipt.
    pub(super) async fn check_life(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        row: &FactRow,
        at: Option<Timestamp>,
    ) -> Result<(), Error> {
        let now = self.journal.now();
        let fact = material::read(&FactRow {
            at: at.unwrap_or(now),
            recorded_at: now,
            ..row.clone()
        })?;
        let concerned = matches!(
            fact.act,
            Act::Verification(_)
                | Act::Judgement(_)
                | Act::Approval(_)
                | Act::Confirmation(_)
                | Act::Referral(_)
        );
        if !concerned {
            return Ok(());
        }
        let rules = self.rules(tx).await?;
        let material = material::of_plot(tx, row.plot).await?;
        let material = material.ok_or(Error::NotFound)?;
        let told = self.life_of(tx, material, &rules).await?;
        let (material, life) = told.ok_or(Error::NotFound)?;
        match &fact.act {
            Act::Verification(_) => check_verified_at(&material, &fact, &rules)?,
            Act::Judgement(_) => {
                self.check_judged(tx, (&material, &life), &fact, &rules)
                    .await?;
            }
            Act::Approval(said) if said.notes.is_none() => {
                let counting = self.way_of(tx, &life, &rules).await?.pop();
                check_agrees(counting.as_ref().map_or(&life, |(_, counting)| counting))?;
            }
            Act::Confirmation(said) if !said.by.alone => check_second(actor, &material)?,
            _ => {}
        }
        self.check_kept(tx, actor, (material, &life), (fact, &rules))
            .await
    }

    /// What was accepted or is held stops counting by the province's word, which says why.
    async fn check_kept(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        (mut material, life): (Material, &Life),
        (fact, rules): (Fact, &Definition),
    ) -> Result<(), Error> {
        let is_approved = life.is_approved || !life.quantities.approved.facts.is_empty();
        let is_kept = is_approved || self.evidence.is_held(tx, material.row.id).await?;
        if !is_kept || !life.is_counted() {
            return Ok(());
        }
        let has_reason = match &fact.act {
            Act::Verification(said) => said.notes.is_some(),
            _ => true,
        };
        material.facts.push(fact);
        let then = self.life_of(tx, material, rules).await?;
        if then.is_none_or(|(_, then)| then.is_counted()) {
            return Ok(());
        }
        if !actor.may_in_province(Right::ReopenPlots) {
            return Err(Refusal::at("", KEPT).into());
        }
        if has_reason {
            return Ok(());
        }
        Err(Refusal::at("/notes", WHY).into())
    }
}

fn check_verified_at(material: &Material, fact: &Fact, rules: &Definition) -> Result<(), Error> {
    let tolerance_ms = i64::from(rules.clock_tolerance_min) * 60_000;
    if material.row.detected_at.since(fact.at) > tolerance_ms {
        return Err(Refusal::at("/verified_at", BEFORE).into());
    }
    Ok(())
}

/// Whoever accepts figures that do not make one another up says in words why.
fn check_agrees(life: &Life) -> Result<(), Error> {
    if life.conflicts.is_empty() {
        return Ok(());
    }
    let told = |told: fn(&Conflict) -> String| {
        let all: Vec<String> = life.conflicts.iter().map(told).collect();
        all.join("; ")
    };
    let (vi, en) = (told(in_vietnamese), told(in_english));
    Err(Refusal::at(
        "/notes",
        format!(
            "số liệu không khớp ({vi}): cần ghi rõ vì sao vẫn phê duyệt / figures disagree ({en}): expected in words why they are \
             accepted all the same"
        ),
    )
    .into())
}

fn in_vietnamese(own: &Conflict) -> String {
    let (figure, unit) = if own.figure == AREA {
        ("diện tích", "m²")
    } else {
        ("số cây", "cây")
    };
    let (by, measured, destroyed, remaining) = parts(own);
    format!(
        "{figure}: đã phá nhổ {destroyed} + còn lại {remaining}, đo được {measured}, lệch {by} {unit}"
    )
}

fn in_english(own: &Conflict) -> String {
    let unit = if own.figure == AREA { "m²" } else { "plants" };
    let (by, measured, destroyed, remaining) = parts(own);
    format!("{destroyed} destroyed + {remaining} left, {measured} measured: {by} {unit} apart")
}

fn parts(own: &Conflict) -> (f64, f64, f64, f64) {
    let told = |figure: f64| decimals(figure, 2);
    let apart = (own.destroyed + own.remaining - own.measured).abs();
    (
        told(apart),
        told(own.measured),
        told(own.destroyed),
        told(own.remaining),
    )
}

/// A phone is handed to the second member; an account is one person's.
fn check_second(actor: &Actor, material: &Material) -> Result<(), Error> {
    let mut done = material.facts.iter();
    let is_own =
        done.any(|fact| matches!(fact.act, Act::Eradication(_)) && fact.author == actor.id);
    if is_own && actor.principal == Principal::Account {
        return Err(Refusal::at("", OWN_WORD).into());
    }
    Ok(())
}
