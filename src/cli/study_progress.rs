//! How far a study is: a bar on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::progress::Stop;
use super::terminal;
use crate::foundation::error::Result;
use crate::studies::StudyWatch;

/// Time between plain lines.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Watches a study for the person, and for signals.
pub(super) struct StudyProgress {
    quiet: bool,
    stop: Stop,
    state: Mutex<StudyState>,
}

struct StudyState {
    bar: Option<ProgressBar>,
    started: Instant,
    last_line: Instant,
    points: usize,
    done: usize,
    failed: usize,
}

impl StudyProgress {
    /// From here on, the first Ctrl-C or SIGTERM asks for a clean stop, and a second one ends the program at once. After
    /// `max_time` it stops cleanly by itself.
    pub(super) fn new(quiet: bool, max_time: Option<Duration>) -> Result<Self> {
        let now = Instant::now();
        let state = StudyState { bar: None, started: now, last_line: now, points: 0, done: 0, failed: 0 };
        let stop = Stop::after(max_time);
        stop.listen()?;
        Ok(Self { quiet, stop, state: Mutex::new(state) })
    }

    /// Takes the bar off the terminal.
    pub(super) fn clear(&self) {
        if let Some(bar) = self.lock().bar.take() {
            bar.finish_and_clear();
        }
    }

    /// Why it was stopped.
    pub(super) fn why(&self) -> &'static str {
        self.stop.reason()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, StudyState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StudyWatch for StudyProgress {
    fn begins(&self, points: usize) {
        let mut state = self.lock();
        state.points = points;
        state.started = Instant::now();
        state.last_line = state.started;
        if !self.quiet && points > 0 && std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(points as u64);
            if let Ok(style) = ProgressStyle::with_template("{elapsed_precise} {wide_bar} {msg}  {eta} left") {
                bar.set_style(style);
            }
            state.bar = Some(bar);
        }
    }

    fn finished(&self, points: usize, failed: usize) {
        let mut state = self.lock();
        state.done += points;
        state.failed += failed;
        if self.quiet {
            return;
        }
        let StudyState { points, done, failed, .. } = *state;
        let told = format!("{done} of {points} points, {failed} failed");
        if let Some(bar) = &state.bar {
            bar.set_position(done as u64);
            bar.set_message(told);
        } else if state.last_line.elapsed() >= LINE_EVERY {
            let left_s = state.started.elapsed().as_secs_f64() / done as f64 * (points - done) as f64;
            state.last_line = Instant::now();
            terminal::complain(&format!("{told}, {left_s:.0} s left"));
        }
    }

    fn is_interrupted(&self) -> bool {
        self.stop.is_due()
    }

    fn reason(&self) -> &'static str {
        self.stop.reason()
    }
}
