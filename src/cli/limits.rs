//! Limits of the system at which it would end the program without a word, or with a wrong one.

/// From here on, the program outlives the limits that the system sets it, long enough to say which it met.
///
/// At a limit on the size of files (`ulimit -f`) the write fails, as on a full disk: exit code 4. Where memory is refused
/// (`ulimit -v`), the standard library says how many bytes it asked for and aborts: exit code 1, no core dump.
pub(super) fn outlive() {
    #[cfg(unix)]
    {
        use std::sync::Arc;
        use std::sync::atomic::AtomicBool;

        use signal_hook::consts::{SIGABRT, SIGXFSZ};
        use signal_hook::flag;

        // a system that takes no such wish goes on as before
        let _ = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
        let _ = flag::register_conditional_shutdown(SIGABRT, 1, Arc::new(AtomicBool::new(true)));
    }
}
