//! The environment of the process, read once and checked before anything starts.

use crate::address::Address;
use crate::control::Control;
use crate::release;
use crate::scenario::{self, Run};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use vox::{Parity, SessionKeepaliveConfig, TransportMode};

/// One line that names the variable, its value and what would have been right.
pub type Refusal = String;

pub enum Mode {
    /// Dial and serve.
    Server(Address),
    /// Dial, run a scenario and exit.
    Client(Address, Run),
    /// Wait for links and serve each.
    ServerListen(Listen),
}

pub enum Listen {
    Tcp(u16),
    WebSocket(u16),
    Local(PathBuf),
}

pub struct Settings {
    pub mode: Mode,
    /// Decides for the dialling modes only. A listener takes what the initiator asks for,
    /// because the crates offer an acceptor no way to refuse a conduit.
    pub conduit: TransportMode,
    pub accept_connections: bool,
    pub keepalive: Option<SessionKeepaliveConfig>,
    /// How long to wait for the first session, where the peer may not be there yet.
    pub connect_wait: Option<Duration>,
    pub open_connections: u32,
    /// Runs everything on one thread, so that the order of things does not depend on the scheduler.
    pub one_thread: bool,
    /// What takes orders on standard input, if anything.
    pub control: Option<Arc<Control>>,
}

impl Settings {
    pub fn from_env() -> Result<Self, Refusal> {
        Self::read(|name| match std::env::var(name) {
            Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(error) => Err(format!("{name}: {error}")),
        })
    }

    /// An empty variable counts as one that is not set.
    fn read(get: impl Fn(&str) -> Result<Option<String>, Refusal>) -> Result<Self, Refusal> {
        let conduit = match get("SPEC_CONDUIT")?.as_deref() {
            None => TransportMode::Bare,
            Some(name) => release::conduit(name)
                .map_err(|expected| refusal("SPEC_CONDUIT", name, expected))?,
        };
        let accept_connections = match get("ACCEPT_CONNECTIONS")?.as_deref() {
            None | Some("1") => true,
            Some("0") => false,
            Some(other) => return Err(refusal("ACCEPT_CONNECTIONS", other, "expected 0 or 1")),
        };
        let takes_orders = match get("VOXSPEC_CONTROL")?.as_deref() {
            None | Some("0") => false,
            Some("1") => true,
            Some(other) => return Err(refusal("VOXSPEC_CONTROL", other, "expected 0 or 1")),
        };
        let one_thread = match get("RUNTIME_THREADS")?.as_deref() {
            None => false,
            Some("1") => true,
            Some(other) => return Err(refusal("RUNTIME_THREADS", other, "expected 1")),
        };
        let mode = mode(&get)?;
        let parity = match mode {
            Mode::ServerListen(_) => Parity::Even,
            _ => Parity::Odd,
        };
        Ok(Self {
            mode,
            control: takes_orders.then(|| Control::new(parity)),
            conduit,
            accept_connections,
            keepalive: keepalive(get("KEEPALIVE_MS")?)?,
            connect_wait: number(&get, "CONNECT_WAIT_MS")?
                .filter(|millis| *millis > 0)
                .map(Duration::from_millis),
            open_connections: number(&get, "OPEN_CONNECTIONS")?.unwrap_or(0),
            one_thread,
        })
    }
}

fn refusal(name: &str, value: &str, expected: &str) -> Refusal {
    format!("{name}={value}: {expected}")
}

fn mode(get: &impl Fn(&str) -> Result<Option<String>, Refusal>) -> Result<Mode, Refusal> {
    match get("SUBJECT_MODE")?.as_deref() {
        None | Some("server") => Ok(Mode::Server(peer(get)?)),
        Some("client") => {
            let name = get("CLIENT_SCENARIO")?.unwrap_or_else(|| "echo".to_owned());
            let run = scenario::find(&name)
                .ok_or_else(|| refusal("CLIENT_SCENARIO", &name, "no such scenario"))?;
            Ok(Mode::Client(peer(get)?, run))
        }
        Some("server-listen") => Ok(Mode::ServerListen(listen(get)?)),
        Some(other) => Err(refusal(
            "SUBJECT_MODE",
            other,
            "expected server, client or server-listen",
        )),
    }
}

fn peer(get: &impl Fn(&str) -> Result<Option<String>, Refusal>) -> Result<Address, Refusal> {
    let text = get("PEER_ADDR")?.ok_or("PEER_ADDR is not set: it says where the peer listens")?;
    Address::parse(&text).map_err(|expected| refusal("PEER_ADDR", &text, expected))
}

fn listen(get: &impl Fn(&str) -> Result<Option<String>, Refusal>) -> Result<Listen, Refusal> {
    let port = number(get, "LISTEN_PORT")?.unwrap_or(0);
    match get("LISTEN_TRANSPORT")?.as_deref() {
        None | Some("tcp") => Ok(Listen::Tcp(port)),
        Some("ws") => Ok(Listen::WebSocket(port)),
        Some("local") => {
            let path = get("LISTEN_PATH")?
                .ok_or("LISTEN_PATH is not set: LISTEN_TRANSPORT=local needs a socket path")?;
            Ok(Listen::Local(path.into()))
        }
        Some(other) => Err(refusal(
            "LISTEN_TRANSPORT",
            other,
            "expected tcp, ws or local",
        )),
    }
}

fn number<N: std::str::FromStr>(
    get: &impl Fn(&str) -> Result<Option<String>, Refusal>,
    name: &str,
) -> Result<Option<N>, Refusal> {
    get(name)?
        .map(|text| {
            text.parse()
                .map_err(|_| refusal(name, &text, "expected a number that fits"))
        })
        .transpose()
}

/// `interval,timeout` in milliseconds. Zero is refused, because the crates would silently
/// run without keepalive.
fn keepalive(text: Option<String>) -> Result<Option<SessionKeepaliveConfig>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let millis = |part: &str| {
        let count = part.trim().parse().ok().filter(|count| *count > 0)?;
        Some(Duration::from_millis(count))
    };
    text.split_once(',')
        .and_then(|(interval, timeout)| {
            Some(SessionKeepaliveConfig {
                ping_interval: millis(interval)?,
                pong_timeout: millis(timeout)?,
            })
        })
        .map(Some)
        .ok_or_else(|| {
            refusal(
                "KEEPALIVE_MS",
                &text,
                "expected interval,timeout in milliseconds, both above zero",
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, Refusal> {
        Settings::read(|name| {
            let found = pairs.iter().find(|(key, _)| *key == name);
            Ok(found.map(|(_, value)| (*value).to_owned()))
        })
    }

    #[test]
    fn the_defaults_are_those_of_the_contract() {
        let settings = read(&[("PEER_ADDR", "h:1")]).ok().expect("valid");
        assert!(matches!(settings.mode, Mode::Server(Address::Tcp(_))));
        assert!(matches!(settings.conduit, TransportMode::Bare));
        assert!(settings.accept_connections && settings.keepalive.is_none());
        assert_eq!(settings.open_connections, 0);
        assert_eq!(settings.connect_wait, None);
    }

    #[test]
    fn a_bad_value_is_named_with_its_variable() {
        for (name, value) in [
            ("SUBJECT_MODE", "x"),
            ("SPEC_CONDUIT", "x"),
            ("ACCEPT_CONNECTIONS", "2"),
            ("KEEPALIVE_MS", "5"),
            ("KEEPALIVE_MS", "0,5"),
            ("CONNECT_WAIT_MS", "1s"),
            ("OPEN_CONNECTIONS", "-1"),
            ("RUNTIME_THREADS", "2"),
            ("PEER_ADDR", "x"),
        ] {
            let refusal = read(&[(name, value), ("PEER_ADDR", "h:1")]).err();
            let refusal = refusal.expect("refused");
            assert!(
                refusal.starts_with(&format!("{name}={value}: ")),
                "{refusal}"
            );
        }
    }
}
