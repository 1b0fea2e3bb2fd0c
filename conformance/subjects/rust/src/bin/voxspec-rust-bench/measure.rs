//! Taking times: batches long enough for the clock, and the median of several of them.

use std::time::{Duration, Instant};

/// How long one benchmark may take in all. There are some thirty of them.
const BUDGET: Duration = Duration::from_millis(150);

const BATCHES: u32 = 15;

/// The median time of one call, in nanoseconds. A median forgets the batches during which
/// the machine was busy with something else.
pub fn median_ns(mut operation: impl FnMut()) -> f64 {
    let calls = calls_within(BUDGET / (BATCHES + 1), &mut operation);
    let mut times: Vec<_> = (0..BATCHES)
        .map(|_| time(calls, &mut operation).as_nanos() as f64 / f64::from(calls))
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn time(calls: u32, operation: &mut impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..calls {
        operation();
    }
    start.elapsed()
}

/// About how many calls fit into the time. Finding out also warms the caches.
fn calls_within(limit: Duration, operation: &mut impl FnMut()) -> u32 {
    let mut calls = 1;
    loop {
        let taken = time(calls, operation);
        if taken * 2 >= limit || calls >= u32::MAX / 2 {
            let ratio = limit.as_secs_f64() / taken.as_secs_f64().max(1e-9);
            return ((f64::from(calls) * ratio) as u32).max(1);
        }
        calls *= 2;
    }
}
