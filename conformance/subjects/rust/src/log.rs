//! Diagnostics of the crates, on stderr and only when `RUST_LOG` asks for them.

use tracing_subscriber::EnvFilter;

/// stdout belongs to the contract (`LISTEN_ADDR=…`) and stays free of anything else.
pub fn start() {
    if std::env::var_os("RUST_LOG").is_none() {
        return;
    }
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
}
