//! Start time on an empty folder, idle memory, size of the binary.

use crate::server::{Folder, PROGRAM, Server, say};

pub async fn run() -> anyhow::Result<()> {
    let size = std::fs::metadata(PROGRAM)?.len();
    let mut times = Vec::new();
    for round in 0..5 {
        let folder = Folder::new(&format!("start-{round}"))?;
        let server = Server::start(folder.path()).await?;
        times.push(server.started_in);
        if round == 4 {
            let (rss, _) = server.memory_mb();
            say(&format!("start: idle RSS {rss:.0} MB on an empty folder"));
        }
    }
    times.sort_unstable();
    say(&format!(
        "start: first answer {:.0} ms after start on an empty folder (median of 5)",
        times[2].as_secs_f64() * 1000.0
    ));
    #[expect(clippy::cast_precision_loss, reason = "a few megabytes")]
    let megabytes = size as f64 / 1e6;
    say(&format!("size: binary {megabytes:.1} MB"));
    Ok(())
}
