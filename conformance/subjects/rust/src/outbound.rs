//! Virtual connections that the subject opens by itself when `OPEN_CONNECTIONS` asks for it.

use crate::settings::Settings;
use crate::testbed::TestbedClient;
use vox::{ConnectionSettings, Parity, SessionHandle};

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

/// Opens, calls once and drops. The drop of the only caller is what closes a connection.
async fn open_once(session: &SessionHandle, parity: Parity, number: u32) -> Result<(), String> {
    let settings = ConnectionSettings {
        parity,
        max_concurrent_requests: 64,
    };
    let opened: TestbedClient = session
        .open(settings)
        .await
        .map_err(|error| error.to_string())?;
    let sent = format!("connection {number}");
    let echoed = opened
        .echo(sent.clone())
        .await
        .map_err(|error| format!("echo: {error}"))?;
    if echoed != sent {
        return Err(format!("echo: expected {sent:?}, got {echoed:?}"));
    }
    Ok(())
}
