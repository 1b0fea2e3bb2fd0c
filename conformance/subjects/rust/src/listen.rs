//! Waiting for links: the acceptor side of the subject.

use crate::outbound;
use crate::session::{Established, acceptor, watched_spawn};
use crate::settings::{Listen, Settings};
use crate::testbed::TestbedClient;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use vox::{
    FromVoxSession, Link, MetadataEntry, Parity, SessionAcceptOutcome, SessionRegistry,
    VOX_SERVICE_METADATA_KEY, acceptor_on,
};
use vox_stream::{LocalListener, StreamLink};
use vox_websocket::WsLink;

type Reader = Box<dyn AsyncRead + Send + Unpin>;
type Writer = Box<dyn AsyncWrite + Send + Unpin>;

/// The link over a stream of either kind. Boxed, because all that a session generates is
/// compiled once for each type of link.
fn stream_link<R, W>((reader, writer): (R, W)) -> StreamLink<Reader, Writer>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    StreamLink::new(Box::new(reader), Box::new(writer))
}

/// The link over a Unix socket, framed as the crates themselves frame what they dial there.
#[cfg(not(feature = "vox-0-8"))]
fn local_link(stream: UnixStream) -> StreamLink<Reader, Writer> {
    stream_link(stream.into_split())
}
#[cfg(feature = "vox-0-8")]
fn local_link(stream: UnixStream) -> vox_stream::FdStreamLink {
    vox_stream::FdStreamLink::new(stream)
}

/// What all links share: a resume key given out on one must be found from another.
#[derive(Clone)]
struct Shared {
    settings: Arc<Settings>,
    registry: SessionRegistry,
}

/// Serves links until the process is killed. Only the listening socket itself can fail.
pub async fn run(listen: &Listen, settings: Arc<Settings>) -> io::Result<()> {
    let shared = Shared {
        settings,
        registry: SessionRegistry::default(),
    };
    match listen {
        Listen::Tcp(port) => {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).await?;
            announce(&listener.local_addr()?.to_string())?;
            loop {
                let stream = accept_tcp(&listener).await?;
                tokio::spawn(shared.clone().serve(stream_link(stream.into_split())));
            }
        }
        Listen::WebSocket(port) => {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).await?;
            announce(&format!("ws://{}/", listener.local_addr()?))?;
            loop {
                let stream = accept_tcp(&listener).await?;
                tokio::spawn(shared.clone().upgrade(stream));
            }
        }
        Listen::Local(path) => {
            remove_stale(path).await?;
            let name = path.to_string_lossy();
            let listener = LocalListener::bind(path)?;
            announce(&format!("local://{name}"))?;
            loop {
                let stream = listener.accept().await?;
                tokio::spawn(shared.clone().serve(local_link(stream)));
            }
        }
    }
}

/// The line that tells whoever started this process where to connect.
fn announce(address: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "LISTEN_ADDR={address}")?;
    out.flush()
}

async fn accept_tcp(listener: &TcpListener) -> io::Result<TcpStream> {
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// A socket file stays behind when its process is killed. It may go when nobody answers
/// there; a living listener must not lose its address.
async fn remove_stale(path: &Path) -> io::Result<()> {
    match UnixStream::connect(path).await {
        Ok(_) => Err(io::Error::new(
            io::ErrorKind::AddrInUse,
            format!("{} is served by another process", path.display()),
        )),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            std::fs::remove_file(path)
        }
        Err(_) => Ok(()),
    }
}

impl Shared {
    async fn upgrade(self, stream: TcpStream) {
        match WsLink::server(stream).await {
            Ok(link) => self.serve(link).await,
            Err(error) => eprintln!("link refused: {error}"),
        }
    }

    /// One link: a session of its own, or the return of one that had lost its link. What
    /// fails here concerns this link only.
    async fn serve<L>(self, link: L)
    where
        L: Link + Send + 'static,
        L::Tx: Send + Sync + 'static,
        L::Rx: Send + 'static,
    {
        let (spawn, ended) = watched_spawn();
        let mut builder = acceptor_on(link)
            .on_connection(acceptor(&self.settings))
            // The crates name the service in HelloYourself only where no session can be
            // resumed, so that it is named here.
            .metadata(vec![MetadataEntry::str(
                VOX_SERVICE_METADATA_KEY,
                TestbedClient::SERVICE_NAME,
            )])
            .session_registry(self.registry)
            .spawn_fn(spawn);
        if let Some(keepalive) = self.settings.keepalive {
            builder = builder.keepalive(keepalive);
        }
        match builder.establish_or_resume::<TestbedClient>().await {
            Ok(SessionAcceptOutcome::Established(client)) => {
                outbound::start(&client, Parity::Even, &self.settings);
                let session = Established::new(client, ended);
                match &self.settings.control {
                    None => session.ended().await,
                    Some(control) => session.ended_without(|client| control.begin(client)).await,
                }
            }
            Ok(SessionAcceptOutcome::Resumed) => {}
            Err(error) => eprintln!("link refused: {error}"),
        }
    }
}
