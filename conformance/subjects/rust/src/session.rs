//! Sessions as this subject sets them up: what is served on them, and when they end.

use crate::address::Address;
use crate::probe::{ProbeClient, ProbeDispatcher};
use crate::probe_service::ProbeService;
use crate::service::TestbedService;
use crate::settings::Settings;
use crate::testbed::{TestbedClient, TestbedDispatcher};
use std::time::Duration;
use tokio::sync::oneshot;
use vox::{
    BoxSessionFuture, ConnectionAcceptor, FromVoxSession, Link, LinkSource, MetadataEntry,
    SessionError, acceptor_fn, initiator,
};

/// How long a session may take to end after its last client is gone, and what ran on it after that.
pub const FAREWELL: Duration = Duration::from_secs(1);

/// An established session. The client is kept because the session ends with its last one.
pub struct Established {
    pub client: TestbedClient,
    ended: oneshot::Receiver<()>,
}

impl Established {
    pub fn new(client: TestbedClient, ended: oneshot::Receiver<()>) -> Self {
        Self { client, ended }
    }

    /// Gives its only client away.
    pub async fn ended_without(self, take: impl FnOnce(TestbedClient)) {
        let Self { client, ended } = self;
        take(client);
        let _ = ended.await;
    }

    /// Returns when the session is over: not when one of its links is lost and another one
    /// takes its place, and not when the peer merely closes the root connection.
    pub async fn ended(self) {
        let _ = self.ended.await;
    }

    /// Gives up the client and waits for the session to close its link. A process that just
    /// stopped would take the link away under a running session, which would dial again.
    pub async fn finish(self) {
        let Self { client, ended } = self;
        drop(client);
        // A virtual connection that the peer holds open keeps the session alive.
        let _ = tokio::time::timeout(FAREWELL, ended).await;
    }
}

/// A spawn function for the session builders, and what resolves when the session is over.
pub fn watched_spawn() -> (
    impl FnOnce(BoxSessionFuture) + Send + 'static,
    oneshot::Receiver<()>,
) {
    let (sender, receiver) = oneshot::channel();
    let spawn = move |session: BoxSessionFuture| {
        tokio::spawn(async move {
            session.await;
            let _ = sender.send(());
        });
    };
    (spawn, receiver)
}

/// Testbed on the root connection, and on virtual ones unless the settings refuse them; Probe on
/// those that are opened for it.
pub fn acceptor(settings: &Settings) -> impl ConnectionAcceptor {
    let accept_virtual = settings.accept_connections;
    let control = settings.control.clone();
    acceptor_fn(move |request, connection| {
        let connection = match control.as_ref().filter(|_| request.is_virtual()) {
            None => connection,
            Some(control) => match control.decide(connection) {
                Ok(decided) => return decided,
                Err(connection) => connection,
            },
        };
        if request.is_virtual() && !accept_virtual {
            return Err(vec![MetadataEntry::str(
                "error",
                "this peer accepts no virtual connections",
            )]);
        }
        if request.is_virtual() && request.service() == ProbeClient::SERVICE_NAME {
            connection.handle_with(ProbeDispatcher::new(ProbeService));
        } else {
            connection.handle_with(TestbedDispatcher::new(TestbedService));
        }
        Ok(())
    })
}

/// Dials as the initiator. After the loss of a link the crates dial again by themselves.
pub async fn dial(settings: &Settings, address: &Address) -> Result<Established, SessionError> {
    if let Some(wait) = settings.connect_wait {
        return dial_waiting(settings, address, wait).await;
    }
    match address {
        Address::Tcp(host) => establish(vox_stream::tcp_link_source(host), settings).await,
        Address::Local(path) => establish(vox_stream::local_link_source(path), settings).await,
        Address::WebSocket(url) => establish(vox_websocket::ws_link_source(url), settings).await,
    }
}

/// Waits for the peer to be there, on a bare conduit: the one builder of the crates that can do so
/// knows no other. It says nothing of the session's end, so that the root connection is asked, by
/// a caller that keeps the session alive.
async fn dial_waiting(
    settings: &Settings,
    address: &Address,
    wait: Duration,
) -> Result<Established, SessionError> {
    let client = vox::connect::<TestbedClient>(address)
        .on_connection(acceptor(settings))
        .wait_for_service(wait)
        .await?;
    let caller = client.caller.clone();
    let (sender, ended) = oneshot::channel();
    tokio::spawn(async move {
        caller.closed().await;
        let _ = sender.send(());
    });
    Ok(Established::new(client, ended))
}

async fn establish<S>(source: S, settings: &Settings) -> Result<Established, SessionError>
where
    S: LinkSource,
    S::Link: Link + Send + 'static,
    <S::Link as Link>::Tx: Send + Sync + 'static,
    <S::Link as Link>::Rx: Send + 'static,
{
    let (spawn, ended) = watched_spawn();
    let mut builder = initiator(source, settings.conduit)
        .on_connection(acceptor(settings))
        .spawn_fn(spawn);
    if let Some(keepalive) = settings.keepalive {
        builder = builder.keepalive(keepalive);
    }
    let client = builder.establish::<TestbedClient>().await?;
    Ok(Established::new(client, ended))
}
