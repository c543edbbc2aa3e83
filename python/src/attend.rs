//! Long work: done on a thread of its own, while the calling one listens for Ctrl-C and tells how far it is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;
use resprout::experiment::watch::RunWatch;
use resprout::foundation::error::{Error, Result};
use resprout::studies::StudyWatch;

use crate::errors::{Named, panicked, raised};

/// So often the interpreter is asked for signals and told of progress.
const EVERY: Duration = Duration::from_millis(50);

/// How far work is, and whether it should stop.
#[derive(Default)]
pub(crate) struct Attendant {
    is_to_stop: AtomicBool,
    progress: Mutex<Progress>,
}

/// How much is done of how much: simulated hours of a run, points of a study, steps of a board.
#[derive(Clone, Default, PartialEq)]
struct Progress {
    done: f64,
    total: f64,
    /// What is being done, where it has a name.
    step: String,
}

impl Attendant {
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A step of so many is begun, and has this name.
    pub(crate) fn announce(&self, step: &str) {
        step.clone_into(&mut self.progress().step);
    }

    fn begin(&self, total: f64) {
        let mut progress = self.progress();
        (progress.done, progress.total) = (0.0, total);
    }

    fn advance(&self, by: f64) {
        self.progress().done += by;
    }

    fn should_stop(&self) -> bool {
        self.is_to_stop.load(Ordering::Relaxed)
    }
}

impl RunWatch for Attendant {
    fn begins(&self, simulated_h: f64) {
        self.begin(simulated_h);
    }

    fn advanced(&self, simulated_h: f64) {
        self.advance(simulated_h);
    }

    fn is_interrupted(&self) -> bool {
        self.should_stop()
    }
}

impl StudyWatch for Attendant {
    fn begins(&self, points: usize) {
        self.begin(points as f64);
    }

    fn finished(&self, points: usize, _: usize) {
        self.advance(points as f64);
    }

    fn is_interrupted(&self) -> bool {
        self.should_stop()
    }

    fn reason(&self) -> &'static str {
        "by a signal"
    }
}

/// Does `work` on a thread of its own, without the interpreter. Meanwhile `told` is called with what is done, the total and
/// the name of the step, and a signal or an exception of `told` asks for a clean stop.
pub(crate) fn attended<T: Send>(
    py: Python<'_>,
    named: Option<Named<'_>>,
    told: Option<&Py<PyAny>>,
    work: impl FnOnce(&Attendant) -> Result<T> + Send,
) -> PyResult<T> {
    let attendant = Attendant::default();
    let (outcome, stopped_by) = py.detach(|| {
        thread::scope(|scope| {
            let (done, is_done) = mpsc::channel();
            let attendant = &attendant;
            let worker = thread::Builder::new().name("resprout".to_owned()).spawn_scoped(scope, move || {
                let outcome = catch_unwind(AssertUnwindSafe(|| work(attendant)));
                // the calling thread waits, unless it ended
                let _ = done.send(());
                outcome
            });
            let worker = match worker {
                Ok(worker) => worker,
                Err(error) => return (Ok(Err(Error::Run(format!("cannot start a thread: {error}")))), None),
            };
            let mut last = Progress::default();
            let mut stopped_by: Option<PyErr> = None;
            while is_done.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                if let Err(error) = Python::attach(|py| look(py, attendant, told, &mut last)) {
                    attendant.is_to_stop.store(true, Ordering::Relaxed);
                    stopped_by.get_or_insert(error);
                }
            }
            let outcome = worker.join().unwrap_or_else(Err);
            if stopped_by.is_none() && matches!(outcome, Ok(Ok(_))) {
                stopped_by = Python::attach(|py| look(py, attendant, told, &mut last)).err();
            }
            (outcome, stopped_by)
        })
    });
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(panic) => return Err(panicked(py, panic.as_ref())),
    };
    match (outcome, stopped_by) {
        (Ok(value), None) => Ok(value),
        // what was saved, and how to go on, is told by the program; who asked for the stop is the cause
        (Err(error @ Error::Interrupted(_)), Some(cause)) => Err(interruption(py, &error, cause)),
        (Ok(_), Some(cause)) => Err(cause),
        (Err(error), _) => Err(raised(py, &error, named)),
    }
}

/// A look at the interpreter: signals that came, and the callback.
fn look(py: Python<'_>, attendant: &Attendant, told: Option<&Py<PyAny>>, last: &mut Progress) -> PyResult<()> {
    py.check_signals()?;
    let Some(told) = told else { return Ok(()) };
    let now = attendant.progress().clone();
    if now != *last {
        told.call1(py, (now.done, now.total, now.step.as_str()))?;
        *last = now;
    }
    Ok(())
}

/// An exception of the callback is handed on; Ctrl-C becomes an interruption that says how to go on.
fn interruption(py: Python<'_>, error: &Error, cause: PyErr) -> PyErr {
    if !cause.is_instance_of::<pyo3::exceptions::PyKeyboardInterrupt>(py) {
        return cause;
    }
    let told = raised(py, error, None);
    told.set_cause(py, Some(cause));
    told
}
