//! What the subject answers as Probe. What was run, and what waits, is the same on all connections.

use crate::probe::*;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use tokio::sync::Notify;
use vox::{Rx, Tx};

/// Deep enough for every case, and never too deep for an answer.
const DEPTH_MAX: u32 = 16;
/// No case can hold the process for longer.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Default)]
struct Runs {
    counts: Mutex<HashMap<String, u32>>,
    let_go: Mutex<HashSet<String>>,
    changed: Notify,
}

impl Runs {
    /// Counts a run that begins; how many there are now.
    fn begin(&self, key: String) -> u32 {
        let mut counts = self.counts.lock().unwrap();
        let count = counts.entry(key).or_default();
        *count += 1;
        let now = *count;
        drop(counts);
        self.changed.notify_waiters();
        now
    }

    fn count(&self, key: &str) -> u32 {
        *self.counts.lock().unwrap().get(key).unwrap_or(&0)
    }

    fn let_go(&self, key: String) {
        self.let_go.lock().unwrap().insert(key);
        self.changed.notify_waiters();
    }

    async fn until(&self, holds: impl Fn() -> bool) {
        let waiting = async {
            loop {
                // Made before the question, so that no change is missed between the two.
                let changed = self.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                if holds() {
                    return;
                }
                changed.await;
            }
        };
        let _ = tokio::time::timeout(PATIENCE, waiting).await;
    }

    async fn wait(&self, key: String) -> u32 {
        let number = self.begin(key.clone());
        self.until(|| self.let_go.lock().unwrap().contains(&key))
            .await;
        number
    }

    /// The handler of the first run ends without an answer.
    fn vanish(&self, key: String) -> u32 {
        match self.begin(key) {
            1 => panic!("the handler ends without an answer, as it is to"),
            number => number,
        }
    }
}

static RUNS: LazyLock<Arc<Runs>> = LazyLock::new(Arc::default);

#[derive(Clone, Copy)]
pub struct ProbeService;

/// Adds up what comes, and sends each number on where somebody wants it.
async fn total(mut numbers: Rx<i32>, mut copies: Option<Tx<i32>>) -> i64 {
    let mut sum = 0;
    while let Ok(Some(item)) = numbers.recv().await {
        let number = *item.get();
        sum += i64::from(number);
        if let Some(output) = &copies
            && output.send(number).await.is_err()
        {
            copies = None;
        }
    }
    if let Some(output) = copies {
        let _ = output.close(Default::default()).await;
    }
    sum
}

fn tree(depth: u32) -> Tree {
    let value = depth.min(DEPTH_MAX);
    let children = (value > 0).then(|| tree(value - 1));
    Tree {
        value,
        children: children.into_iter().collect(),
    }
}

fn chain(depth: u32) -> Chain {
    let weight = depth.min(DEPTH_MAX);
    let next = (weight > 0).then(|| chain(weight - 1));
    Chain {
        name: "chain".to_owned(),
        links: vec![Link { weight, next }],
    }
}

impl Probe for ProbeService {
    async fn echo_batch(&self, batch: Batch) -> Batch {
        batch
    }

    async fn echo_mark(&self, mark: Mark) -> Mark {
        mark
    }

    async fn echo_ticket(&self, ticket: Ticket) -> Ticket {
        ticket
    }

    async fn echo_tree(&self, tree: Tree) -> Tree {
        tree
    }

    async fn echo_chain(&self, chain: Chain) -> Chain {
        chain
    }

    async fn make_tree(&self, depth: u32) -> Tree {
        tree(depth)
    }

    async fn make_chain(&self, depth: u32) -> Chain {
        chain(depth)
    }

    async fn gather(&self, mut places: Rx<Place>) -> Vec<Place> {
        let mut all = Vec::new();
        while let Ok(Some(place)) = places.recv().await {
            all.push(place.get().clone());
        }
        all
    }

    async fn tally(&self, tally: Tally) -> i64 {
        total(tally.numbers, tally.copies).await
    }

    async fn follow(&self, source: Source) -> i64 {
        match source {
            Source::Nothing => 0,
            Source::Numbers(numbers) => total(numbers, None).await,
            Source::Copied { copies, numbers } => total(numbers, Some(copies)).await,
        }
    }

    async fn run(&self, key: String) -> u32 {
        RUNS.begin(key)
    }

    async fn run_idem(&self, key: String) -> u32 {
        RUNS.begin(key)
    }

    async fn run_persist(&self, key: String) -> u32 {
        RUNS.begin(key)
    }

    async fn fail_once(&self, key: String) -> Result<u32, ProbeError> {
        match RUNS.begin(key) {
            1 => Err(ProbeError::FirstTime),
            number => Ok(number),
        }
    }

    async fn vanish_once(&self, key: String) -> u32 {
        RUNS.vanish(key)
    }

    async fn vanish_once_idem(&self, key: String) -> u32 {
        RUNS.vanish(key)
    }

    async fn wait(&self, key: String) -> u32 {
        RUNS.wait(key).await
    }

    async fn wait_idem(&self, key: String) -> u32 {
        RUNS.wait(key).await
    }

    async fn wait_persist(&self, key: String) -> u32 {
        RUNS.wait(key).await
    }

    async fn let_go(&self, key: String) {
        RUNS.let_go(key)
    }

    async fn runs(&self, key: String, at_least: u32) -> u32 {
        RUNS.until(|| RUNS.count(&key) >= at_least).await;
        RUNS.count(&key)
    }
}
