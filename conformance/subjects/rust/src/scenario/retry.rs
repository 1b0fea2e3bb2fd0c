//! Channel calls over a link that somebody breaks on the way.

use super::{Outcome, expect};
use crate::testbed::TestbedClient;
use std::future::Future;
use std::time::Duration;
use vox::{Rx, VoxError, channel};

/// Enough items that the link can be broken among them, whatever the credit.
const COUNT: u32 = 40;

/// Long enough for the loss to be noticed and for a new link to be dialled.
const PATIENCE: Duration = Duration::from_secs(5);

/// Collects what arrives, however the channel ends: that it ends is all that is known.
async fn drain(mut input: Rx<i32>) -> Vec<i32> {
    let mut received = Vec::new();
    while let Ok(Some(item)) = input.recv().await {
        received.push(*item.get());
    }
    received
}

async fn within<T>(what: &str, work: impl Future<Output = T>) -> Result<T, String> {
    let done = tokio::time::timeout(PATIENCE, work).await;
    done.map_err(|_| format!("{what} did not end within {PATIENCE:?}"))
}

fn counted(count: usize) -> Vec<i32> {
    (0..count as i32).collect()
}

/// The call may have had its effect already, so that it must not run a second time.
pub async fn channel_retry_non_idem(client: TestbedClient) -> Outcome {
    let (output, input) = channel();
    let draining = tokio::spawn(drain(input));
    let answer = within("the call", client.generate_retry_non_idem(COUNT, output)).await?;
    if !matches!(answer, Err(VoxError::Indeterminate)) {
        return Err(format!("expected Indeterminate, got {answer:?}"));
    }
    let received = within("the channel", draining).await?;
    let received = received.map_err(|error| error.to_string())?;
    expect(received.clone(), counted(received.len()))
}

/// The call is safe to repeat: after the break it starts again from the first item.
pub async fn channel_retry_idem(client: TestbedClient) -> Outcome {
    let (output, input) = channel();
    let draining = tokio::spawn(drain(input));
    let answer = within("the call", client.generate_retry_idem(COUNT, output)).await?;
    answer.map_err(|error| format!("the call failed: {error:?}"))?;
    let received = within("the channel", draining).await?;
    let received = received.map_err(|error| error.to_string())?;
    let rerun = received
        .iter()
        .skip(1)
        .position(|item| *item == 0)
        .ok_or_else(|| format!("expected a second run, got {received:?}"))?;
    let (prefix, rerun) = received.split_at(rerun + 1);
    expect(prefix.to_vec(), counted(prefix.len()))?;
    expect(rerun.to_vec(), counted(COUNT as usize))
}
