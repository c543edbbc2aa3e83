//! The only reductions over floating-point numbers that the crate allows itself.
//!
//! Floating-point addition is not associative, and rayon's own `sum` splits its input wherever a
//! thread happens to be idle: eight different results in 120 runs were measured. Here the input is
//! cut into chunks of a fixed size, whatever the number of threads; each chunk is summed from left
//! to right in double precision, and the chunks are folded in order.

use rayon::prelude::*;

/// Elements per chunk. Part of the definition of every sum, hence never tuned per machine.
const CHUNK: usize = 4_096;

/// Chunks whose sums are held at a time, on the stack: a sum allocates nothing.
const GROUP: usize = 256;

/// Sum of `term` over `values`, bit-identical for any number of threads.
pub fn sum<T: Sync>(values: &[T], term: impl Fn(&T) -> f64 + Sync) -> f64 {
    let fold = |chunk: &[T]| chunk.iter().map(&term).fold(0.0, |total, x| total + x);
    if values.len() <= CHUNK {
        return fold(values);
    }
    let groups = values.chunks(CHUNK * GROUP).map(|group| group.par_chunks(CHUNK));
    let [[total]] = in_order(groups, |chunk, sums| *sums = [[fold(chunk)]]);
    total
}

/// Rewrites two columns, element by element, and sums on the way: `element` is called with each index, the two elements
/// and sums to which it adds. Elements and sums are bit-identical for any number of threads.
pub fn rewrite<A: Send, B: Send, const N: usize, const M: usize>(
    a: &mut [A],
    b: &mut [B],
    element: impl Fn(usize, &mut A, &mut B, &mut [[f64; M]; N]) + Sync,
) -> [[f64; M]; N] {
    const LENGTH: usize = CHUNK * GROUP;
    if a.len() <= CHUNK {
        let mut sums = [[0.0; M]; N];
        a.iter_mut().zip(b).enumerate().for_each(|(index, (a, b))| element(index, a, b, &mut sums));
        return sums;
    }
    let groups = a.chunks_mut(LENGTH).zip(b.chunks_mut(LENGTH)).zip((0..).step_by(LENGTH));
    let groups = groups.map(|((a, b), first)| {
        let starts = (0..a.len().div_ceil(CHUNK)).into_par_iter().map(move |chunk| first + chunk * CHUNK);
        a.par_chunks_mut(CHUNK).zip(b.par_chunks_mut(CHUNK)).zip(starts)
    });
    in_order(groups, |((a, b), start), sums| {
        for ((index, a), b) in (start..).zip(a).zip(b) {
            element(index, a, b, sums);
        }
    })
}

/// Sums over chunks, of which `sum` works out each on its own, folded in the order of the chunks.
fn in_order<C: IndexedParallelIterator, const N: usize, const M: usize>(
    groups: impl Iterator<Item = C>,
    sum: impl Fn(C::Item, &mut [[f64; M]; N]) + Sync,
) -> [[f64; M]; N] {
    let mut totals = [[0.0; M]; N];
    let mut partial = [[[0.0; M]; N]; GROUP];
    for chunks in groups {
        let partial = &mut partial[..chunks.len()];
        chunks.zip(&mut *partial).for_each(|(chunk, own)| {
            *own = [[0.0; M]; N];
            sum(chunk, own);
        });
        for own in partial {
            for (total, own) in totals.as_flattened_mut().iter_mut().zip(own.as_flattened()) {
                *total += own;
            }
        }
    }
    totals
}

/// Mean of `term` over `values`; zero for an empty slice.
pub fn mean<T: Sync>(values: &[T], term: impl Fn(&T) -> f64 + Sync) -> f64 {
    if values.is_empty() { 0.0 } else { sum(values, term) / values.len() as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool of a few threads").install(work)
    }

    /// More than a group of chunks, which cancel badly, so any change of association shows in the last bits.
    fn values() -> Vec<f32> {
        (0..1_200_003u32).map(|i| ((i.wrapping_mul(2_654_435_761)) as f32 - 2.1e9) * 1e-3).collect()
    }

    /// Chunk by chunk, then chunks in their order.
    fn chunked(values: &[f32]) -> f64 {
        let chunks = values.chunks(CHUNK).map(|chunk| chunk.iter().fold(0.0, |sum, &x| sum + f64::from(x)));
        chunks.fold(0.0, |total, sum| total + sum)
    }

    #[test]
    fn a_sum_has_the_same_bits_on_one_two_and_seven_threads() {
        let values = values();
        for threads in [1, 2, 7] {
            let total = on(threads, || sum(&values, |&x| f64::from(x)));
            assert_eq!(total.to_bits(), chunked(&values).to_bits(), "{threads} threads");
        }
    }

    /// Both columns are rewritten to their ends, each element by its own index, and what is summed by remainder adds up
    /// in the same order on any number of threads.
    #[test]
    fn columns_are_rewritten_and_summed_with_the_same_bits_on_one_two_and_seven_threads() {
        let values = values();
        let only = |rest: usize| -> Vec<f32> {
            values.iter().enumerate().map(|(i, &x)| if i % 3 == rest { x } else { 0.0 }).collect()
        };
        let expected = [0, 1, 2].map(|rest| chunked(&only(rest)));
        for threads in [1, 2, 7] {
            let (mut a, mut b) = (values.clone(), vec![0_usize; values.len()]);
            let sums = on(threads, || {
                rewrite(&mut a, &mut b, |index, a, b, sums: &mut [[f64; 2]; 3]| {
                    sums[index % 3][0] += f64::from(*a);
                    sums[index % 3][1] += 1.0;
                    *a = 2.0 * values[index];
                    *b = index;
                })
            });
            assert_eq!(sums.map(|[sum, _]| sum.to_bits()), expected.map(f64::to_bits), "{threads} threads");
            assert_eq!(sums.map(|[_, count]| count), [400_001.0; 3]);
            assert!(a.iter().zip(&values).all(|(a, x)| *a == 2.0 * x) && b.iter().copied().eq(0..values.len()));
        }
    }
}
