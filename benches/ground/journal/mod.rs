//! The journal: what an entry costs beside the same insert without it, proofs over ten million leaves, and a restart
//! on them.

mod load;
mod tree;
mod whole;

pub use load::Load;

pub async fn run() -> anyhow::Result<()> {
    load::run()?;
    if load::is_on_postgres() {
        return Ok(());
    }
    tree::run().await
}
