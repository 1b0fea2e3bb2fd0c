//! Virtual connections that the subject opens by itself when `OPEN_CONNECTIONS` asks for it.

use crate::release::connection_settings;
use crate::service::TestbedService;
use crate::settings::Settings;
use crate::testbed::{TestbedClient, TestbedDispatcher};
use vox::{
    Caller, Driver, FromVoxSession, MetadataEntry, Parity, SessionHandle, VOX_SERVICE_METADATA_KEY,
};

/// Starts opening in the background, so that the root connection is served meanwhile.
pub fn start(client: &TestbedClient, parity: Parity, settings: &Settings) {
    let count = settings.open_connections;
    if count == 0 {
        return;
    }
    // The clone keeps the root connection alive for as long as there is something to open.
    let root = client.clone();
    tokio::spawn(async move {
        let Some(session) = root.session.clone() else {
            return;
        };
        for number in 1..=count {
            if let Err(reason) = open_once(&session, parity, number).await {
                eprintln!("opened connection {number}: {reason}");
            }
        }
    });
}

/// Opens, calls once and drops. The drop of the only caller is what closes a connection;
/// the driver ends after the close went out, so that the next open cannot overtake it.
async fn open_once(session: &SessionHandle, parity: Parity, number: u32) -> Result<(), String> {
    let settings = connection_settings(parity, 64);
    let service = MetadataEntry::str(VOX_SERVICE_METADATA_KEY, TestbedClient::SERVICE_NAME);
    let handle = session
        .open_connection(settings, vec![service])
        .await
        .map_err(|error| error.to_string())?;
    let mut driver = Driver::new(handle, TestbedDispatcher::new(TestbedService));
    let client = TestbedClient::from_vox_session(Caller::new(driver.caller()), None);
    let driving = tokio::spawn(async move { driver.run().await });
    let answer = echo(&client, format!("connection {number}")).await;
    drop(client);
    let _ = driving.await;
    answer
}

async fn echo(client: &TestbedClient, sent: String) -> Result<(), String> {
    let echoed = client
        .echo(sent.clone())
        .await
        .map_err(|error| format!("echo: {error}"))?;
    if echoed != sent {
        return Err(format!("echo: expected {sent:?}, got {echoed:?}"));
    }
    Ok(())
}
