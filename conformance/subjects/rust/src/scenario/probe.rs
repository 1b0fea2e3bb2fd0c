//! Calls of the second service, on a connection that is opened for it.

use super::channels::{joined, receive_all, send_all};
use super::{Outcome, expect, ok};
use crate::probe::{ProbeClient, Source, Tally};
use crate::release::connection_settings;
use crate::service::TestbedService;
use crate::testbed::{TestbedClient, TestbedDispatcher};
use vox::{
    Caller, Driver, FromVoxSession, MetadataEntry, Parity, VOX_SERVICE_METADATA_KEY, channel,
};

async fn open(root: &TestbedClient) -> Result<ProbeClient, String> {
    let session = root.session.clone().ok_or("there is no session")?;
    let settings = connection_settings(Parity::Odd, 64);
    let service = MetadataEntry::str(VOX_SERVICE_METADATA_KEY, ProbeClient::SERVICE_NAME);
    let opened = session.open_connection(settings, vec![service]).await;
    let handle = opened.map_err(|error| format!("opening a connection failed: {error}"))?;
    let mut driver = Driver::new(handle, TestbedDispatcher::new(TestbedService));
    let client = ProbeClient::from_vox_session(Caller::new(driver.caller()), None);
    tokio::spawn(async move { driver.run().await });
    Ok(client)
}

pub async fn second_service(root: TestbedClient) -> Outcome {
    expect(ok(root.echo("first".to_owned()).await)?, "first".to_owned())?;
    let client = open(&root).await?;
    ok(client.run("second".to_owned()).await)?;
    Ok(())
}

pub async fn nested_channels(root: TestbedClient) -> Outcome {
    let client = open(&root).await?;
    tally(&client).await?;
    follow(&client).await
}

async fn tally(client: &ProbeClient) -> Outcome {
    let (output, numbers) = channel();
    let (copies, input) = channel();
    let sending = send_all(vec![1, 2, 3], output);
    let receiving = receive_all(input);
    let both = Tally {
        label: "both".to_owned(),
        numbers,
        copies: Some(copies),
    };
    expect(ok(client.tally(both).await)?, 6)?;
    joined(sending).await?;
    expect(joined(receiving).await?, vec![1, 2, 3])?;
    let (output, numbers) = channel();
    let sending = send_all(vec![4], output);
    let one = Tally {
        label: "one".to_owned(),
        numbers,
        copies: None,
    };
    expect(ok(client.tally(one).await)?, 4)?;
    joined(sending).await
}

async fn follow(client: &ProbeClient) -> Outcome {
    expect(ok(client.follow(Source::Nothing).await)?, 0)?;
    let (output, numbers) = channel();
    let sending = send_all(vec![5, 6], output);
    expect(ok(client.follow(Source::Numbers(numbers)).await)?, 11)?;
    joined(sending).await?;
    let (output, numbers) = channel();
    let (copies, input) = channel();
    let sending = send_all(vec![7], output);
    let receiving = receive_all(input);
    let source = Source::Copied { copies, numbers };
    expect(ok(client.follow(source).await)?, 7)?;
    joined(sending).await?;
    expect(joined(receiving).await?, vec![7])
}
