//! Who acts, with which rights, where: the vocabulary that every slice's rules are written in.
//!
//! A right is held for a set of communes by a dated grant. A place outside every commune is provincial only.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::ids::{OrgId, TeamId, TokenId};
use super::origin::Origin;
use super::words::vocabulary;

vocabulary! {
    /// What a person or device is in the programme.
    Role: "a role" {
        /// Records patrols, plots and photos for a team.
        PatrolMember = "patrol_member",
        /// Answers for one or more communes (công an xã, UBND xã).
        CommuneOfficer = "commune_officer",
        /// Answers for a border post's communes (đồn biên phòng).
        PostOfficer = "post_officer",
        /// Answers for the province (công an tỉnh).
        ProvincialOfficer = "provincial_officer",
        /// Reads maps and aggregates.
        Reader = "reader",
        /// Reads everything, writes nothing.
        Auditor = "auditor",
        /// Keeps organisations, accounts and devices; sees no field data.
        Admin = "admin",
    }
}

vocabulary! {
    /// One thing that may be allowed.
    Right: "a right" {
        /// Write patrols and their fixes.
        RecordPatrols = "record_patrols",
        /// Write plots and incidents.
        RecordPlots = "record_plots",
        /// Correct plots and incidents that others recorded.
        RevisePlots = "revise_plots",
        /// Verify and approve what other organisations recorded, decide about duplicates.
        VerifyPlots = "verify_plots",
        /// Open closed plots again.
        ReopenPlots = "reopen_plots",
        /// Draw the plots that another unit visits again.
        DrawSamples = "draw_samples",
        /// Read what second visits say of all claims and of each unit's.
        ReadSamples = "read_samples",
        /// Take a plot's whole case with its originals out of the server, as a journalled package.
        ExportCases = "export_cases",
        /// Approve that another account takes many records out of the server at once.
        ApproveExports = "approve_exports",
        /// Write evidence photos.
        RecordPhotos = "record_photos",
        /// Read patrols and their lines.
        ReadPatrols = "read_patrols",
        /// Read plots at full precision.
        ReadPlots = "read_plots",
        /// Read photos' display images.
        ReadPhotos = "read_photos",
        /// Read photos' original bytes.
        ReadOriginals = "read_originals",
        /// See live where patrols are: like the gap list a map for growers, so a right of its own.
        WatchLive = "watch_live",
        /// Read coverage per commune.
        ReadCoverage = "read_coverage",
        /// Read which cells nobody has checked: a map for growers, so a right of its own.
        ReadGaps = "read_gaps",
        /// Read the density of plots as outsiders may: ended seasons of coarse cells, without small numbers.
        ReadCoarseDensity = "read_coarse_density",
        /// Read the density of plots cell by cell.
        ReadDensity = "read_density",
        /// Read where to look next: like the gap list, a right of its own.
        ReadSuggestions = "read_suggestions",
        /// Read boundaries and names of communes.
        ReadCommunes = "read_communes",
        /// Read risk areas.
        ReadRiskAreas = "read_risk_areas",
        /// Read calls for help with their places.
        ReadSos = "read_sos",
        /// Accept or reject a patrol.
        ValidatePatrols = "validate_patrols",
        /// Load boundaries.
        ImportBoundaries = "import_boundaries",
        /// Add or change risk areas.
        ChangeRiskAreas = "change_risk_areas",
        /// Set definitions: radii, gap rules, thresholds.
        ChangeDefinitions = "change_definitions",
        /// Create devices, open enrolments, revoke secrets in scope.
        EnrolDevices = "enrol_devices",
        /// Create organisations, teams, accounts and grants.
        ManageIdentity = "manage_identity",
        /// Say for a commune that nothing happened in a period, and keep forms as they are.
        ConfirmReports = "confirm_reports",
        /// Read the journal's entries.
        ReadJournal = "read_journal",
        /// Set and lift legal holds.
        KeepRecords = "keep_records",
        /// Order that photos and raw tracks are erased, and approve what another account ordered.
        EraseRecords = "erase_records",
    }
}

/// What every unit in the field may do: record, and read what it needs for that.
const FIELD: &[Right] = &[
    Right::RecordPatrols,
    Right::RecordPlots,
    Right::RecordPhotos,
    Right::ReadPatrols,
    Right::ReadPlots,
    Right::ReadPhotos,
    Right::ReadCoverage,
    Right::ReadCommunes,
    Right::ReadRiskAreas,
];

/// What those who answer for communes may do besides.
const OFFICERS: &[Right] = &[
    Right::WatchLive,
    Right::ReadOriginals,
    Right::ReadGaps,
    Right::ReadCoarseDensity,
    Right::ReadDensity,
    Right::ReadSuggestions,
    Right::ReadSamples,
    Right::ReadSos,
    Right::ValidatePatrols,
    Right::RevisePlots,
    Right::VerifyPlots,
    Right::ExportCases,
    Right::ApproveExports,
    Right::ConfirmReports,
    Right::EnrolDevices,
];

/// What is done for the whole province.
const PROVINCE: &[Right] = &[
    Right::ImportBoundaries,
    Right::ChangeRiskAreas,
    Right::ChangeDefinitions,
    Right::ManageIdentity,
    Right::KeepRecords,
    Right::EraseRecords,
    Right::ReopenPlots,
    Right::DrawSamples,
];

const AGGREGATES: &[Right] = &[
    Right::ReadCoverage,
    Right::ReadCoarseDensity,
    Right::ReadCommunes,
];

const AUDIT: &[Right] = &[
    Right::ReadPatrols,
    Right::ReadPlots,
    Right::ReadPhotos,
    Right::ReadOriginals,
    Right::ReadCoverage,
    Right::ReadGaps,
    Right::ReadCoarseDensity,
    Right::ReadDensity,
    Right::ReadSuggestions,
    Right::ReadSamples,
    Right::ReadCommunes,
    Right::ReadRiskAreas,
    Right::ReadJournal,
    Right::ExportCases,
];

const KEEPERS: &[Right] = &[
    Right::ReadCommunes,
    Right::EnrolDevices,
    Right::ManageIdentity,
];

impl Role {
    /// Whether the right comes with the role.
    #[must_use]
    pub fn gives(self, right: Right) -> bool {
        let sets: &[&[Right]] = match self {
            Self::PatrolMember => &[FIELD],
            Self::CommuneOfficer | Self::PostOfficer => &[FIELD, OFFICERS],
            Self::ProvincialOfficer => &[FIELD, OFFICERS, PROVINCE],
            Self::Reader => &[AGGREGATES],
            Self::Auditor => &[AUDIT],
            Self::Admin => &[KEEPERS],
        };
        sets.iter().any(|set| set.contains(&right))
    }
}

impl Right {
    /// Whether holding the right lets its holder change something.
    #[must_use]
    pub fn writes(self) -> bool {
        use Right::{
            ApproveExports, ChangeDefinitions, ChangeRiskAreas, ConfirmReports, DrawSamples,
            EnrolDevices, EraseRecords, ImportBoundaries, KeepRecords, ManageIdentity,
            RecordPatrols, RecordPhotos, RecordPlots, ReopenPlots, RevisePlots, ValidatePatrols,
            VerifyPlots,
        };
        matches!(
            self,
            RecordPatrols
                | RecordPlots
                | RecordPhotos
                | RevisePlots
                | VerifyPlots
                | ReopenPlots
                | DrawSamples
                | ApproveExports
                | ConfirmReports
                | ValidatePatrols
                | ImportBoundaries
                | ChangeRiskAreas
                | ChangeDefinitions
                | EnrolDevices
                | ManageIdentity
                | KeepRecords
                | EraseRecords
        )
    }
}

vocabulary! {
    /// The door that a secret opens; a secret opens no other.
    Door: "a door" {
        /// The native API and resumable uploads.
        Api = "api",
        /// OpenRosa forms.
        Odk = "odk",
        /// Trackers: append fixes and GPX, nothing else.
        Tracker = "tracker",
        /// The web front's session cookie.
        Session = "session",
        /// A one-time link that opens a session.
        SignIn = "sign_in",
    }
}

/// The communes that a grant reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The whole province, and places outside every commune.
    Province,
    /// These communes, by code.
    Communes(BTreeSet<String>),
}

impl Scope {
    /// Whether a place in this commune (or in none) lies within.
    #[must_use]
    pub fn holds(&self, commune: Option<&str>) -> bool {
        match (self, commune) {
            (Self::Province, _) => true,
            (Self::Communes(codes), Some(code)) => codes.contains(code),
            (Self::Communes(_), None) => false,
        }
    }
}

/// A role within a scope, valid now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Where it holds.
    pub scope: Scope,
}

/// Who is behind a request or command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal {
    /// A named account.
    Account,
    /// A phone or handheld.
    Device,
    /// The operator at the machine's own command line.
    Console,
}

impl Principal {
    /// The word under which it is kept.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Device => "device",
            Self::Console => "console",
        }
    }
}

/// The verified author of an act, with the grants valid at receipt.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The account's, device's or console's id.
    pub id: Uuid,
    /// What kind of author this is.
    pub principal: Principal,
    /// The door that was used.
    pub door: Door,
    /// The secret that was shown, if one was.
    pub token: Option<TokenId>,
    /// The team of a device.
    pub team: Option<TeamId>,
    /// The organisation of the account or of the device's team.
    pub org: Option<OrgId>,
    /// A token that may only read.
    pub read_only: bool,
    /// The grants valid now.
    pub grants: Vec<Grant>,
    /// What came with the request besides its secret and body.
    pub origin: Origin,
}

/// The id under which the operator's own commands are journalled.
pub const CONSOLE: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);

impl Actor {
    /// The operator at the command line: every right in the whole province, journalled as such.
    #[must_use]
    pub fn console() -> Self {
        let roles = [Role::ProvincialOfficer, Role::Admin, Role::Auditor];
        Self {
            id: CONSOLE,
            principal: Principal::Console,
            door: Door::Api,
            token: None,
            team: None,
            org: None,
            read_only: false,
            grants: roles
                .map(|role| Grant {
                    role,
                    scope: Scope::Province,
                })
                .to_vec(),
            origin: Origin::default(),
        }
    }

    /// Whether the right is held at a place in this commune (`None`: outside every commune).
    #[must_use]
    pub fn may(&self, right: Right, commune: Option<&str>) -> bool {
        self.grants_of(right)
            .any(|grant| grant.scope.holds(commune))
    }

    /// Whether the right is held for the whole province.
    #[must_use]
    pub fn may_in_province(&self, right: Right) -> bool {
        self.grants_of(right)
            .any(|grant| grant.scope == Scope::Province)
    }

    /// Whether the right is held anywhere.
    #[must_use]
    pub fn may_somewhere(&self, right: Right) -> bool {
        self.grants_of(right).next().is_some()
    }

    /// The communes where the right is held: `None` if nowhere.
    #[must_use]
    pub fn reach(&self, right: Right) -> Option<Scope> {
        let mut codes = BTreeSet::new();
        for grant in self.grants_of(right) {
            match &grant.scope {
                Scope::Province => return Some(Scope::Province),
                Scope::Communes(more) => codes.extend(more.iter().cloned()),
            }
        }
        (!codes.is_empty()).then_some(Scope::Communes(codes))
    }

    fn grants_of(&self, right: Right) -> impl Iterator<Item = &Grant> {
        let usable = self.opens(right);
        self.grants
            .iter()
            .filter(move |grant| usable && grant.role.gives(right))
    }

    /// A tracker's secret appends fixes only; a read-only token never writes; a retired one asks for receipts again.
    fn opens(&self, right: Right) -> bool {
        let records = matches!(
            right,
            Right::RecordPatrols | Right::RecordPlots | Right::RecordPhotos
        );
        if self.origin.retired && !records {
            return false;
        }
        match self.door {
            Door::Tracker => right == Right::RecordPatrols && !self.read_only,
            Door::SignIn => false,
            Door::Api | Door::Odk | Door::Session => !(self.read_only && right.writes()),
        }
    }
}
