//! Where a peer is: the address forms that a subject takes.

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// `host:port` or `tcp://host:port`.
    Tcp(String),
    /// `local://path`: a Unix socket.
    Local(String),
    /// `ws://host:port/`, kept whole because the WebSocket client wants the URL.
    WebSocket(String),
}

impl Address {
    /// Returns what was expected instead when the text is not an address.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("tcp", text));
        match scheme {
            "tcp" if has_port(rest) => Ok(Self::Tcp(rest.to_owned())),
            "tcp" => Err("expected host:port"),
            "local" if !rest.is_empty() => Ok(Self::Local(rest.to_owned())),
            "local" => Err("expected local://path"),
            "ws" if has_port(rest.split('/').next().unwrap_or(rest)) => {
                Ok(Self::WebSocket(text.to_owned()))
            }
            "ws" => Err("expected ws://host:port/"),
            _ => Err("expected host:port, tcp://host:port, local://path or ws://host:port/"),
        }
    }
}

fn has_port(authority: &str) -> bool {
    authority
        .rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(host) => write!(f, "tcp://{host}"),
            Self::Local(path) => write!(f, "local://{path}"),
            Self::WebSocket(url) => f.write_str(url),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_taken() {
        let tcp = Ok(Address::Tcp("127.0.0.1:9".into()));
        assert_eq!(Address::parse("127.0.0.1:9"), tcp);
        assert_eq!(Address::parse("tcp://127.0.0.1:9"), tcp);
        assert_eq!(
            Address::parse("local:///run/a.sock"),
            Ok(Address::Local("/run/a.sock".into()))
        );
        assert_eq!(
            Address::parse("ws://127.0.0.1:9/"),
            Ok(Address::WebSocket("ws://127.0.0.1:9/".into()))
        );
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "127.0.0.1",
            "host:",
            ":1",
            "host:70000",
            "local://",
            "ws:///",
            "udp://a:1",
        ] {
            assert!(Address::parse(text).is_err(), "{text} was taken");
        }
    }
}
