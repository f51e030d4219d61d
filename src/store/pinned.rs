//! Threads that take turns with each other, on one core.

/// Keeps this thread, and SQLite's thread that it starts next, on one core. Of the two one works while the other waits: on
/// one core a wake is a switch, on two it has to rouse a sleeping core, which takes longer than most statements. Where that
/// is not allowed, or there is one core only, everything stays as it is. Processes beside each other take different cores.
pub(super) fn stay_on_one_core() {
    #[cfg(target_os = "linux")]
    {
        use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
        use nix::unistd::Pid;
        let this = Pid::from_raw(0);
        let Ok(allowed) = sched_getaffinity(this) else {
            return;
        };
        let cores = (0..CpuSet::count()).filter(|core| allowed.is_set(*core) == Ok(true));
        let cores: Vec<usize> = cores.collect();
        let number = usize::try_from(std::process::id()).unwrap_or(0);
        let Some(chosen) = number
            .checked_rem(cores.len())
            .and_then(|at| cores.get(at).copied())
        else {
            return;
        };
        let mut own = CpuSet::new();
        if own.set(chosen).is_ok() {
            let _ = sched_setaffinity(this, &own);
        }
    }
}
