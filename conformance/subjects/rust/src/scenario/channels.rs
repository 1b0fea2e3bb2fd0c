//! Calls that carry channels. Items flow while the call is under way, so that the sending
//! and the receiving end each live in a task of their own.

use super::{Outcome, expect, ok};
use crate::testbed::TestbedClient;
use tokio::task::JoinHandle;
use vox::{Rx, Tx, channel};
use vox_types::Reborrow;

/// Sends the items and closes the channel.
pub fn send_all<T>(items: Vec<T>, output: Tx<T>) -> JoinHandle<Outcome>
where
    T: facet::Facet<'static> + Send + Sync + 'static,
{
    tokio::spawn(async move {
        for item in items {
            let sent = output.send(item).await;
            sent.map_err(|error| format!("sending an item failed: {error:?}"))?;
        }
        let closed = output.close(Default::default()).await;
        closed.map_err(|error| format!("closing the channel failed: {error:?}"))
    })
}

/// Collects everything up to the Close.
pub fn receive_all<T>(mut input: Rx<T>) -> JoinHandle<Result<Vec<T>, String>>
where
    T: facet::Facet<'static> + Send + Sync + 'static,
    T: for<'a> Reborrow<Ref<'a> = T> + Clone,
{
    tokio::spawn(async move {
        let mut received = Vec::new();
        loop {
            match input.recv().await {
                Ok(Some(item)) => received.push(item.get().clone()),
                Ok(None) => return Ok(received),
                Err(error) => return Err(format!("receiving an item failed: {error:?}")),
            }
        }
    })
}

pub async fn joined<T>(task: JoinHandle<Result<T, String>>) -> Result<T, String> {
    task.await.map_err(|error| error.to_string())?
}

pub async fn sum_client_to_server(client: TestbedClient) -> Outcome {
    let (output, input) = channel();
    let sending = send_all(vec![1, 2, 3, 4, 5], output);
    expect(ok(client.sum(input).await)?, 15)?;
    joined(sending).await
}

pub async fn sum_large(client: TestbedClient) -> Outcome {
    let (output, input) = channel();
    let sending = send_all((0..100).collect(), output);
    expect(ok(client.sum_large(input).await)?, 4950)?;
    joined(sending).await
}

pub async fn generate_large(client: TestbedClient) -> Outcome {
    let (output, input) = channel();
    let receiving = receive_all(input);
    ok(client.generate_large(100, output).await)?;
    expect(joined(receiving).await?, (0..100).collect::<Vec<i32>>())
}

pub async fn transform_bidi(client: TestbedClient) -> Outcome {
    let items: Vec<_> = ["alpha", "beta", "gamma"].map(str::to_owned).into();
    let (output, their_input) = channel();
    let (their_output, input) = channel();
    let sending = send_all(items.clone(), output);
    let receiving = receive_all(input);
    ok(client.transform(their_input, their_output).await)?;
    joined(sending).await?;
    expect(joined(receiving).await?, items)
}
