//! `tuantra account`: accounts, their tokens, passwords and one-time links.

use clap::{Args, Subcommand};

use crate::base::actor::{Actor, Role};
use crate::identity::model::{AccountDraft, OrgKind};

use super::{Opening, address, print_line};

/// Accounts and their tokens.
#[derive(Debug, Subcommand)]
pub enum Account {
    /// Print a token for an account, making the account first if there is none; the token is the only line on
    /// standard output.
    Token(Token),
    /// Print the path of a one-time sign-in link, valid for fifteen minutes.
    Link(Link),
}

/// A token for an account.
#[derive(Debug, Args)]
pub struct Token {
    #[command(flatten)]
    opening: Opening,
    /// The account's login.
    #[arg(long)]
    name: String,
    /// Its role: `patrol_member`, `commune_officer`, `post_officer`, `provincial_officer`, reader, auditor, admin.
    #[arg(long, value_parser = parse_role)]
    role: Role,
    /// A commune's code; give it again for more. Without one the role reaches the whole province.
    #[arg(long = "commune")]
    communes: Vec<String>,
    /// The organisation that the account works for, by its name. Who works for none cannot approve what units did.
    #[arg(long)]
    org: Option<String>,
    /// Makes the organisation if there is none of that name: `cong_an_tinh`, `don_bien_phong`, `ubnd_xa`, …
    #[arg(long, requires = "org", value_parser = super::org::parse_org_kind)]
    org_kind: Option<OrgKind>,
    /// A token that may only read.
    #[arg(long)]
    read_only: bool,
    /// Its life in days.
    #[arg(long)]
    days: Option<u32>,
}

/// A one-time link.
#[derive(Debug, Args)]
pub struct Link {
    #[command(flatten)]
    opening: Opening,
    /// The account's login.
    #[arg(long)]
    name: String,
}

impl Account {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Token(token) => token.run().await,
            Self::Link(link) => link.run().await,
        }
    }
}

impl Token {
    async fn run(self) -> anyhow::Result<()> {
        let app = self.opening.open().await?;
        let console = Actor::console();
        let org = match &self.org {
            Some(name) => Some(super::org::org_named(&app, name, self.org_kind).await?),
            None => None,
        };
        let known = app.identity.account_by_login(&console, &self.name).await?;
        let account = if let Some(account) = known {
            if org.is_some() && account.org != org {
                app.identity.set_org(&console, account.id, org).await?;
            }
            account
        } else {
            let draft = AccountDraft {
                login: self.name,
                org,
                role: self.role,
                communes: self.communes,
                password: None,
            };
            app.identity.add_account(&console, draft).await?
        };
        let secret = app
            .identity
            .account_token(&console, account.id, self.read_only, self.days)
            .await?;
        print_line(&secret.text);
        app.journal.store().close().await;
        Ok(())
    }
}

impl Link {
    async fn run(self) -> anyhow::Result<()> {
        let app = self.opening.open().await?;
        let console = Actor::console();
        let account = app.identity.account_by_login(&console, &self.name).await?;
        let account = account
            .ok_or_else(|| anyhow::anyhow!("there is no account of the name {}", self.name))?;
        let secret = app.identity.sign_in_link(&console, account.id).await?;
        print_line(&format!(
            "{}/sign-in/{}",
            address::told(&app.config),
            secret.text
        ));
        app.journal.store().close().await;
        Ok(())
    }
}

/// Roles by code, with `-` for `_`, or by the first word.
fn parse_role(text: &str) -> Result<Role, String> {
    let code = text.replace('-', "_").to_lowercase();
    let long = match code.as_str() {
        "patrol" | "member" => "patrol_member",
        "commune" => "commune_officer",
        "post" => "post_officer",
        "provincial" | "province" | "officer" => "provincial_officer",
        other => other,
    };
    long.parse()
        .map_err(|error: crate::base::words::UnknownWord| error.to_string())
}
