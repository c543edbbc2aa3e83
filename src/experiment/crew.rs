//! Threads that work through a tree of jobs.
//!
//! Jobs are independent worlds; a job that is done hands in the jobs that it made possible. Each worker owns
//! its rayon pools, so that a world's inner loops never pick up another world's work, and asks before every
//! step how many threads it may use: all of them divided by the jobs that run. Nothing of this shows in the
//! results, which do not depend on threads.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::foundation::error::{Error, Result};

/// How many threads, and how many jobs at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Crew {
    /// Threads that compute at once.
    pub(super) threads: usize,
    /// Jobs that run at once, at most; memory bounds it.
    pub(super) jobs: usize,
    /// Whether a new job goes before the ones that wait. Then few unfinished trees are held in memory;
    /// otherwise the first jobs of all trees come first, which keeps every thread busy to the end.
    pub(super) depth_first: bool,
}

/// A worker's claim on threads, handed to the job it runs.
pub(super) struct Hands<'a> {
    shared: &'a Shared,
    threads: usize,
    pools: Vec<Option<ThreadPool>>,
}

#[derive(Default)]
struct Shared {
    running: std::sync::atomic::AtomicUsize,
    wake: Condvar,
}

struct Queue<J> {
    waiting: VecDeque<J>,
    running: usize,
    failure: Option<Error>,
}

impl Hands<'_> {
    /// Runs `work` on this worker's present share of the threads.
    pub(super) fn run<T: Send>(&mut self, work: impl FnOnce() -> T + Send) -> Result<T> {
        let running = self.shared.running.load(std::sync::atomic::Ordering::Relaxed).max(1);
        let share = (self.threads / running).max(1);
        let pool = match &mut self.pools[share - 1] {
            Some(pool) => pool,
            empty => {
                let built = ThreadPoolBuilder::new().num_threads(share).build();
                empty.insert(built.map_err(|error| Error::Run(format!("cannot start threads: {error}")))?)
            }
        };
        Ok(pool.install(work))
    }
}

impl Crew {
    /// Runs `first` and every job that running them yields.
    ///
    /// # Errors
    /// The first failure of any job; jobs that wait are dropped then, and those that run are waited for.
    pub(super) fn work<J: Send>(
        &self,
        first: Vec<J>,
        run: impl Fn(J, &mut Hands) -> Result<Vec<J>> + Sync,
    ) -> Result<()> {
        let workers = self.threads.min(self.jobs).max(1);
        let queue = Mutex::new(Queue { waiting: first.into(), running: 0, failure: None });
        let shared = Shared::default();
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| self.serve(&queue, &shared, &run));
            }
        });
        let queue = queue.into_inner().unwrap_or_else(PoisonError::into_inner);
        queue.failure.map_or(Ok(()), Err)
    }

    fn serve<J: Send>(
        &self,
        queue: &Mutex<Queue<J>>,
        shared: &Shared,
        run: &(impl Fn(J, &mut Hands) -> Result<Vec<J>> + Sync),
    ) {
        use std::sync::atomic::Ordering;
        let pools = std::iter::repeat_with(|| None).take(self.threads.max(1)).collect();
        let mut hands = Hands { shared, threads: self.threads.max(1), pools };
        let mut state = lock(queue);
        loop {
            let Some(job) = state.waiting.pop_front() else {
                if state.running == 0 {
                    shared.wake.notify_all();
                    return;
                }
                state = shared.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            state.running += 1;
            shared.running.store(state.running, Ordering::Relaxed);
            drop(state);
            // a worker that panics must not leave the others waiting for it
            let outcome = catch_unwind(AssertUnwindSafe(|| run(job, &mut hands)));
            state = lock(queue);
            state.running -= 1;
            shared.running.store(state.running, Ordering::Relaxed);
            let outcome = outcome.unwrap_or_else(|panic| {
                state.waiting.clear();
                shared.wake.notify_all();
                resume_unwind(panic)
            });
            match outcome {
                Ok(next) if state.failure.is_none() => {
                    if self.depth_first {
                        next.into_iter().rev().for_each(|job| state.waiting.push_front(job));
                    } else {
                        state.waiting.extend(next);
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    state.waiting.clear();
                    state.failure.get_or_insert(error);
                }
            }
            shared.wake.notify_all();
        }
    }
}

fn lock<J>(queue: &Mutex<Queue<J>>) -> MutexGuard<'_, Queue<J>> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A binary tree of depth 6 under each of 5 roots, on every kind of crew.
    #[test]
    fn every_job_of_every_tree_is_done_once() {
        for (threads, jobs, depth_first) in [(1, 9, true), (2, 1, false), (3, 3, true), (7, 100, false)] {
            let crew = Crew { threads, jobs, depth_first };
            let (done, at_once, most) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
            let outcome = crew.work(vec![0_u32; 5], |depth, hands| {
                most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                let share = hands.run(rayon::current_num_threads)?;
                assert!((1..=threads).contains(&share));
                done.fetch_add(1, Ordering::SeqCst);
                at_once.fetch_sub(1, Ordering::SeqCst);
                Ok(if depth < 6 { vec![depth + 1; 2] } else { Vec::new() })
            });
            outcome.unwrap();
            assert_eq!(done.into_inner(), 5 * 127);
            assert!(most.into_inner() <= threads.min(jobs));
        }
    }

    #[test]
    fn the_first_failure_ends_the_work_and_is_reported() {
        let crew = Crew { threads: 2, jobs: 2, depth_first: false };
        let done = AtomicUsize::new(0);
        let outcome = crew.work((0..1_000).collect(), |job, _| {
            done.fetch_add(1, Ordering::SeqCst);
            if job == 3 { Err(Error::Run("job 3".to_owned())) } else { Ok(vec![]) }
        });
        assert_eq!(outcome.unwrap_err().to_string(), "error: job 3");
        assert!(done.into_inner() < 1_000);
    }

    #[test]
    fn a_lone_job_gets_every_thread() {
        let crew = Crew { threads: 3, jobs: 3, depth_first: false };
        let share = AtomicUsize::new(0);
        crew.work(vec![()], |(), hands| {
            share.store(hands.run(rayon::current_num_threads)?, Ordering::SeqCst);
            Ok(vec![])
        })
        .unwrap();
        assert_eq!(share.into_inner(), 3);
    }
}
