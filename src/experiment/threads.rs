//! Threads of a run, divided by the jobs that are under way.
//!
//! Each worker owns its rayon pools, so that a world's inner loops never pick up another world's work, and
//! asks before every step how many threads it may use. Nothing of this shows in the results, which do not
//! depend on threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::foundation::error::{Error, Result};

/// How many threads, and how many jobs at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Concurrency {
    /// Threads that compute at once.
    pub(super) threads: usize,
    /// Jobs that run at once, at most; memory bounds it.
    pub(super) jobs: usize,
    /// Whether a new job goes before the ones that wait. Then few unfinished trees are held in memory;
    /// otherwise the first jobs of all trees come first, which keeps every thread busy to the end.
    pub(super) depth_first: bool,
}

impl Concurrency {
    /// Number of workers that can be of use.
    pub(super) fn workers(&self) -> usize {
        self.threads.min(self.jobs).max(1)
    }
}

/// All threads of a run, and how many jobs share them at present.
pub(super) struct SharedThreads {
    threads: usize,
    jobs: AtomicUsize,
}

impl SharedThreads {
    pub(super) fn new(threads: usize) -> Self {
        Self { threads: threads.max(1), jobs: AtomicUsize::new(1) }
    }

    /// From now on, `jobs` jobs share the threads.
    pub(super) fn share_among(&self, jobs: usize) {
        self.jobs.store(jobs.max(1), Ordering::Relaxed);
    }

    fn share(&self) -> usize {
        (self.threads / self.jobs.load(Ordering::Relaxed)).max(1)
    }
}

/// One worker's part of the threads.
pub(super) struct ThreadShare<'a> {
    of: &'a SharedThreads,
    /// A pool for each number of threads, built when it is first wanted.
    pools: Vec<Option<ThreadPool>>,
}

impl<'a> ThreadShare<'a> {
    pub(super) fn of(threads: &'a SharedThreads) -> Self {
        Self { of: threads, pools: std::iter::repeat_with(|| None).take(threads.threads).collect() }
    }

    /// Runs `work` on the present share of the threads.
    pub(super) fn run<T: Send>(&mut self, work: impl FnOnce() -> T + Send) -> Result<T> {
        let share = self.of.share();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_job_gets_every_thread_and_none_gets_less_than_one() {
        let threads = SharedThreads::new(3);
        let mut share = ThreadShare::of(&threads);
        for (jobs, expected) in [(0, 3), (1, 3), (2, 1), (3, 1), (5, 1), (1, 3)] {
            threads.share_among(jobs);
            assert_eq!(share.run(rayon::current_num_threads).unwrap(), expected, "{jobs} jobs");
        }
    }
}
