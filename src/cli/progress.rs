//! How far a run is: a bar on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use signal_hook::consts::TERM_SIGNALS;
use signal_hook::flag;

use super::terminal;
use crate::experiment::watch::RunWatch;
use crate::foundation::error::{Error, Result};

/// Time between plain lines.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Whether work should stop: a signal came, or the time that it was given is over.
pub(super) struct Stop {
    deadline: Option<Instant>,
    interrupted: Arc<AtomicBool>,
}

impl Stop {
    /// It is due by itself once `max_time` has gone by, counted from here.
    pub(super) fn after(max_time: Option<Duration>) -> Self {
        let deadline = max_time.and_then(|most| Instant::now().checked_add(most));
        Self { deadline, interrupted: Arc::default() }
    }

    /// From here on, the first Ctrl-C or SIGTERM asks for a clean stop, and a second one ends the program
    /// at once.
    pub(super) fn listen(&self) -> Result<()> {
        let interrupted = &self.interrupted;
        for &signal in TERM_SIGNALS {
            // the order matters: the flag is still down when the first signal passes the conditional exit
            flag::register_conditional_shutdown(signal, 130, Arc::clone(interrupted))
                .and_then(|_| flag::register(signal, Arc::clone(interrupted)))
                .map_err(|error| Error::Run(format!("cannot listen for signals: {error}")))?;
        }
        Ok(())
    }

    /// Whether it is due.
    pub(super) fn is_due(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed) || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// What it is due to.
    pub(super) fn reason(&self) -> &'static str {
        if self.interrupted.load(Ordering::Relaxed) { "by a signal" } else { "by --max-time" }
    }
}

/// Watches a run for the person, and for signals.
pub(super) struct Progress {
    quiet: bool,
    stop: Stop,
    state: Mutex<ProgressState>,
}

struct ProgressState {
    bar: Option<ProgressBar>,
    started: Instant,
    last_line: Instant,
    total_h: f64,
    done_h: f64,
}

impl Progress {
    /// A watch that asks for a clean stop after `max_time`, counted from here. Signals end the program at once until it
    /// [listens](Self::listen).
    pub(super) fn new(quiet: bool, max_time: Option<Duration>) -> Self {
        let now = Instant::now();
        let state = ProgressState { bar: None, started: now, last_line: now, total_h: 0.0, done_h: 0.0 };
        Self { quiet, stop: Stop::after(max_time), state: Mutex::new(state) }
    }

    /// From here on, the first Ctrl-C or SIGTERM asks for a clean stop, and a second one ends the program
    /// at once.
    pub(super) fn listen(&self) -> Result<()> {
        self.stop.listen()
    }

    /// A watch that listens from the beginning.
    pub(super) fn listening(quiet: bool, max_time: Option<Duration>) -> Result<Self> {
        let progress = Self::new(quiet, max_time);
        progress.listen().map(|()| progress)
    }

    /// Takes the bar off the terminal.
    pub(super) fn clear(&self) {
        if let Some(bar) = self.lock().bar.take() {
            bar.finish_and_clear();
        }
    }

    /// An error as it is told by a command whose run goes with a temporary folder: there is nothing to go on with.
    pub(super) fn for_good(&self, error: Error) -> Error {
        match error {
            Error::Interrupted(_) => Error::Interrupted(self.reason().to_owned()),
            other => other,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, ProgressState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RunWatch for Progress {
    fn begins(&self, simulated_h: f64) {
        let mut state = self.lock();
        state.total_h = simulated_h;
        state.done_h = 0.0;
        state.started = Instant::now();
        state.last_line = state.started;
        if !self.quiet && std::io::stderr().is_terminal() {
            let bar = ProgressBar::new((simulated_h * 60.0).round() as u64);
            let form = "{elapsed_precise} {wide_bar} {percent:>3} %  {msg}  {eta} left";
            if let Ok(style) = ProgressStyle::with_template(form) {
                bar.set_style(style);
            }
            state.bar = Some(bar);
        }
    }

    fn advanced(&self, simulated_h: f64) {
        if self.quiet {
            return;
        }
        let mut state = self.lock();
        state.done_h += simulated_h;
        let elapsed = state.started.elapsed();
        let (done_d, total_d) = (state.done_h / 24.0, state.total_h / 24.0);
        let rate = done_d / elapsed.as_secs_f64().max(1e-3);
        if let Some(bar) = &state.bar {
            bar.set_position((state.done_h * 60.0).round() as u64);
            bar.set_message(format!("{done_d:.0} of {total_d:.0} d simulated, {rate:.0} d/s"));
        } else if state.last_line.elapsed() >= LINE_EVERY {
            state.last_line = Instant::now();
            let left_s = (total_d - done_d) / rate;
            let line = format!("{done_d:.0} of {total_d:.0} d simulated, {rate:.1} d/s, {left_s:.0} s left");
            terminal::complain(&line);
        }
    }

    fn is_interrupted(&self) -> bool {
        self.stop.is_due()
    }

    fn reason(&self) -> &'static str {
        self.stop.reason()
    }
}
