//! Checking what a device signed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::base::origin::Standing;
use crate::base::signed_text::Said;
use crate::base::{from_hex, hex};
use crate::journal::model::{Kind, statement_hash};
use crate::journal::statements::{is_signed_by, key_id};

use super::check::Checked;
use super::failure::Failure;
use super::{EntryProof, SignedStatement};

/// What a device signed: the header's hash must be of it, the signature its key's, over this content.
pub(super) fn statement(proof: &EntryProof, checked: &mut Checked) -> Result<(), Failure> {
    let (Some(hash), Some(own)) = (&proof.header.statement, &proof.statement) else {
        return match (&proof.header.statement, &proof.statement) {
            (None, Some(_)) => Err(Failure::Statement("the header knows of none")),
            (Some(_), None) => Err(Failure::Statement("it is missing from the proof")),
            _ => Ok(()),
        };
    };
    let signature = BASE64.decode(&own.signature).unwrap_or_default();
    if hex(&statement_hash(&own.base, &signature)) != *hash {
        return Err(Failure::Statement("it is not the one that was recorded"));
    }
    let said = Said::of(&own.base).ok_or(Failure::Statement("it is no statement"))?;
    match (is_whole(proof, own, &said, &signature), own.standing) {
        (Ok(()), standing) => checked.step(format!(
            "the device's key {} signed {} {}; when it came the signature stood as: {standing}",
            said.key_id, said.method, said.path
        )),
        (Err(what), Standing::Holds) => return Err(Failure::Statement(what)),
        (Err(what), standing) => checked.step(format!(
            "it came with a signature that proves nothing ({what}); it stood as: {standing}"
        )),
    }
    Ok(())
}

/// Whether the statement is the key's, over this content, for this fact.
fn is_whole(
    proof: &EntryProof,
    own: &SignedStatement,
    said: &Said,
    signature: &[u8],
) -> Result<(), &'static str> {
    let public = own.public.as_ref().ok_or("the key is not known")?;
    let public: [u8; 65] = from_hex(public).ok_or("its key is no point")?;
    if said.key_id != own.key_id || key_id(&public).as_ref() != Some(&own.key_id) {
        return Err("it names another key");
    }
    let is_fixes = proof.header.kind == Kind::Fixes.as_str();
    if !is_fixes && hex(&said.digest) != proof.sha256 {
        return Err("it is over another content");
    }
    // Fixes are kept coded, behind the digest of the request that brought them.
    let body = proof
        .body
        .as_ref()
        .and_then(|body| BASE64.decode(body).ok());
    if let Some(body) = body.filter(|_| is_fixes)
        && !body.windows(32).any(|part| part == said.digest)
    {
        return Err("it is over other fixes");
    }
    let is_put = said.method == "PUT" || is_fixes;
    let fact = proof.header.fact.unwrap_or_default().to_string();
    let is_announcement = proof.header.kind == Kind::DeviceKey.as_str();
    if is_put && !is_announcement && !said.path.contains(&fact) {
        return Err("it is of another fact");
    }
    if !is_signed_by(&public, &own.base, signature) {
        return Err("its signature is not that key's");
    }
    Ok(())
}
