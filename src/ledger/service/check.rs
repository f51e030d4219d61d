//! Who may say what, beyond the right: rules that depend on nothing that may still change.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::base::actor::{Actor, Principal, Right};
use crate::base::ids::{FactId, OrgId, PlotId};
use crate::base::refusal::Refusal;
use crate::identity::Identity;
use crate::ledger::model::Act;
use crate::ledger::model::facts::{Approval, Judgement, Waiver};
use crate::ledger::model::words::{FactKind, Sameness};
use crate::ledger::sql::{self, FactRow, PlotRow};
use crate::store::{self, Tx};

use super::material;
use super::{Error, Ledger};

const CIRCLE: &str = "điểm kia đã được kết luận là trùng với điểm này nên không điểm nào còn được tính: hãy chọn điểm được giữ \
     lại, hoặc đề nghị tỉnh mở lại điểm kia / the other plot was judged to be this one's duplicate, so neither would count: \
     expected a plot that counts, or that the province opens the other again first";

const KEPT: &str = "điểm đã được phê duyệt hoặc đang bị giữ theo yêu cầu tố tụng: đề nghị cấp tỉnh thu hồi, có lý do / its \
     eradication was approved, or a legal hold keeps it: expected a provincial role that opens closed plots again; ask the \
     province";

const PARTY: &str = "đơn vị đã ghi hoặc phá nhổ một trong hai điểm không tự kết luận: cần cán bộ của đơn vị khác, ví dụ cấp \
     tỉnh / the units that claim this ground do not judge it: expected a named account of an organisation that neither \
     recorded nor destroyed either plot, such as the province's, and that none of their authors created";

pub(super) const NOT_COUNTED: &str = "điểm kia không được tính (đã thu hồi, bị loại, không tìm thấy, ở ngoài biên giới hoặc chưa xác minh) \
     nên diện tích này sẽ mất khỏi số liệu: hãy chọn một điểm đang được tính / the other plot does not count (retracted, \
     rejected, not found, beyond the border or unverified), so this ground would vanish: expected a plot that counts";

pub(super) const OTHER_UNIT: &str = "expected an account of another organisation than the author's";

impl Ledger {
    /// Whether this account may say this of a plot.
    pub(super) async fn check(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        act: &Act,
        plot: &PlotRow,
    ) -> Result<(), Error> {
        match act {
            Act::Verification(_) => {
                self.check_independent(tx, actor, plot.author, plot.org)
                    .await
            }
            Act::Approval(Approval { eradication, .. }) => {
                self.check_every_version(tx, actor, plot.id, *eradication)
                    .await?;
                self.check_shown(tx, plot.id, *eradication).await
            }
            Act::Waiver(Waiver { eradication, .. }) => {
                self.check_every_version(tx, actor, plot.id, *eradication)
                    .await
            }
            Act::Return(said) => self.check_return(tx, actor, said, plot).await,
            Act::Reply(said) => self.check_reply(tx, actor, said, plot).await,
            Act::Retraction(_) => self.check_retraction(tx, actor, plot).await,
            Act::Transfer(said) if !self.identity.org_exists(tx, said.to_org).await? => {
                Err(Refusal::at("/to_org", "no such organisation").into())
            }
            Act::Judgement(said) => self.check_judgement(tx, actor, plot, said).await,
            Act::Referral(_) | Act::Transfer(_) => {
                let officer = actor.may(Right::RevisePlots, plot.place.as_deref());
                let by_node = Identity::vouching(tx, actor, plot.author).await?;
                if officer || by_node.is_some() {
                    Ok(())
                } else {
                    Err(Error::NotFound)
                }
            }
            _ => Ok(()),
        }
    }

    /// Who recorded a plot takes it back, or an officer of its commune; what a desk accepted, or a legal hold keeps, the
    /// province alone.
    async fn check_retraction(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        plot: &PlotRow,
    ) -> Result<(), Error> {
        let officer = actor.may(Right::RevisePlots, plot.place.as_deref());
        // What a post node's officer took back there, the node vouches for.
        let by_node = Identity::vouching(tx, actor, plot.author).await?;
        if !officer && actor.id != plot.author && by_node.is_none() {
            return Err(Refusal::at(
                "",
                "only who recorded the plot, or an officer of its commune, takes it back",
            )
            .into());
        }
        if actor.may_in_province(Right::ReopenPlots) {
            return Ok(());
        }
        let rules = self.rules(tx).await?;
        let material = material::of_plot(tx, plot.id).await?;
        let material = material.ok_or(Error::NotFound)?;
        let told = self.life_of(tx, material, &rules).await?;
        let is_approved = told.is_some_and(|(_, life)| {
            life.is_approved || !life.quantities.approved.facts.is_empty()
        });
        if is_approved || self.evidence.is_held(tx, plot.id).await? {
            return Err(Refusal::at("", KEPT).into());
        }
        Ok(())
    }

    /// Both plots are in reach and claimed by others, and one of them still counts afterwards.
    async fn check_judgement(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        plot: &PlotRow,
        said: &Judgement,
    ) -> Result<(), Error> {
        let other = sql::plot(tx, said.other).await?;
        let reached = other.is_some_and(|other| {
            other.id != plot.id && actor.may(Right::VerifyPlots, other.place.as_deref())
        });
        if !reached {
            return Err(Refusal::at("/other", "expected another plot within your reach").into());
        }
        for claimed in [plot.id, said.other] {
            self.check_no_party(tx, actor, claimed).await?;
        }
        if said.sameness == Sameness::Distinct {
            return Ok(());
        }
        let Some(end) = self.end_of(tx, said.other, plot.id).await? else {
            return Err(Refusal::at("/other", CIRCLE).into());
        };
        if !end.state.is_counted() {
            return Err(Refusal::at("/other", NOT_COUNTED).into());
        }
        // Cannabis that nobody verified may take up its like, but no ground that counts.
        if !end.is_counted() && self.counts(tx, plot.id).await? {
            return Err(Refusal::at("/other", NOT_COUNTED).into());
        }
        Ok(())
    }

    /// Whoever recorded or destroyed a plot, or one that was merged into it, has a claim on its ground, and does not decide
    /// whose it is.
    async fn check_no_party(&self, tx: &mut Tx, actor: &Actor, plot: PlotId) -> Result<(), Error> {
        let rules = self.rules(tx).await?;
        let material = material::of_plot(tx, plot).await?.ok_or(Error::NotFound)?;
        let told = self.life_of(tx, material, &rules).await?;
        let (material, _) = told.ok_or(Error::NotFound)?;
        let done = material.facts.iter();
        let done = done.filter(|fact| matches!(fact.act, Act::Eradication(_)));
        let claims = done.map(|fact| (fact.author, fact.org));
        let rows = material.merged.iter().chain([&material.row]);
        let recorded = rows.map(|row| (row.author, row.org));
        for (author, org) in claims.chain(recorded) {
            match self.check_independent(tx, actor, author, org).await {
                Err(Error::Refused(_)) => return Err(Refusal::at("", PARTY).into()),
                checked => checked?,
            }
        }
        Ok(())
    }

    /// A desk is independent of everybody who wrote a version of the work: whoever's own figures another corrected does
    /// not approve them.
    pub(super) async fn check_every_version(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        plot: PlotId,
        eradication: FactId,
    ) -> Result<(), Error> {
        let versions = versions_of(tx, plot, eradication).await?;
        for own in &versions {
            self.check_independent(tx, actor, own.author, own.org)
                .await?;
        }
        if versions.is_empty() {
            return Err(Refusal::at("/eradication", "no such eradication of this plot").into());
        }
        Ok(())
    }

    /// Nobody accepts work before its photos are there to be looked at, or a role let it count without. Of a version that
    /// was overtaken no figure counts an approval.
    async fn check_shown(
        &self,
        tx: &mut Tx,
        plot: PlotId,
        eradication: FactId,
    ) -> Result<(), Error> {
        let rules = self.rules(tx).await?;
        let material = material::of_plot(tx, plot).await?.ok_or(Error::NotFound)?;
        let told = self.life_of(tx, material, &rules).await?;
        let photos = told.and_then(|(_, mut life)| life.photos.remove(&eradication));
        let Some(photos) = photos.filter(|own| !own.is_waived && !own.missing.is_empty()) else {
            return Ok(());
        };
        let missing: Vec<&str> = photos.missing.iter().map(|own| own.as_str()).collect();
        let missing = missing.join(", ");
        Err(Refusal::at(
            "/eradication",
            format!(
                "chưa đủ ảnh để phê duyệt (thiếu {missing}): cần bổ sung ảnh, hoặc cho phép thiếu ảnh có lý do / photos are \
                 missing: {missing}; expected them first, or a waiver with a reason"
            ),
        )
        .into())
    }

    /// A desk judges what others did: an account of another organisation that its author did not create.
    pub(super) async fn check_independent(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        author: Uuid,
        org: Option<OrgId>,
    ) -> Result<(), Error> {
        if actor.principal != Principal::Account {
            let reason = "expected a named account of an organisation";
            return Err(Refusal::at("", reason).into());
        }
        self.check_other_unit(tx, actor, author, org).await
    }

    /// Whoever goes and looks for himself, by an account or a phone: of another organisation than the author, and neither
    /// made the other.
    pub(super) async fn check_other_unit(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        author: Uuid,
        org: Option<OrgId>,
    ) -> Result<(), Error> {
        let refused = |reason: &str| Err(Refusal::at("", reason).into());
        if actor.org.is_none() {
            return refused("expected a named account of an organisation");
        }
        if actor.id == author || actor.org == org {
            return refused(OTHER_UNIT);
        }
        let is_phone_of_author = actor.principal == Principal::Device
            && self.identity.may_be_one(tx, actor.id, author).await?;
        if is_phone_of_author || self.identity.may_be_one(tx, author, actor.id).await? {
            return refused(
                "expected an account that the author, and who enrolled the author's phone, is not and did not create",
            );
        }
        Ok(())
    }
}

/// Whether a fact that comes by a post node corrects, by way of others too, only what authors of that node said. What is not
/// known yet was said by nobody who can be asked for.
pub(super) async fn corrects_own(
    tx: &mut Tx,
    node: Uuid,
    corrects: Option<FactId>,
) -> Result<bool, store::Error> {
    let (mut next, mut seen) = (corrects, BTreeSet::new());
    while let Some(id) = next.filter(|id| seen.insert(*id)) {
        let Some(known) = sql::fact(tx, id).await? else {
            break;
        };
        if !Identity::is_of(tx, node, known.author).await? {
            return Ok(false);
        }
        next = known.corrects;
    }
    Ok(true)
}

/// An eradication of a plot and all that it corrects, the latest first; none when there is no such eradication. A correction
/// may come before what it corrects, which then was written by nobody who can be asked for yet. It may stand on the plot that
/// counts the ground while what it corrects was recorded on one that was merged into that: whoever wrote it is asked for too.
pub(super) async fn versions_of(
    tx: &mut Tx,
    plot: PlotId,
    eradication: FactId,
) -> Result<Vec<FactRow>, store::Error> {
    let (mut versions, mut seen) = (Vec::new(), BTreeSet::new());
    let mut next = Some(eradication);
    // Ids may name each other in a circle, for nobody checked them.
    while let Some(id) = next.filter(|id| seen.insert(*id)) {
        let is_asked = versions.is_empty();
        let known = sql::fact(tx, id).await?;
        let known = known.filter(|fact| {
            fact.kind == FactKind::Eradication.as_str() && (fact.plot == plot || !is_asked)
        });
        let Some(known) = known else {
            break;
        };
        next = known.corrects;
        versions.push(known);
    }
    Ok(versions)
}
