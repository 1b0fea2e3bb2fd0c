//! What differs between the releases of vox that this source is built on.

use vox::{ConnectionSettings, Parity, TransportMode};

pub fn connection_settings(parity: Parity, max_concurrent_requests: u32) -> ConnectionSettings {
    ConnectionSettings {
        parity,
        max_concurrent_requests,
        #[cfg(feature = "vox-0-8")]
        initial_channel_credit: 16,
    }
}

/// The conduit that `SPEC_CONDUIT` names, or what it may name.
pub fn conduit(name: &str) -> Result<TransportMode, &'static str> {
    match name {
        "bare" => Ok(TransportMode::Bare),
        #[cfg(not(feature = "vox-0-8"))]
        "stable" => Ok(TransportMode::Stable),
        #[cfg(not(feature = "vox-0-8"))]
        _ => Err("expected bare or stable"),
        #[cfg(feature = "vox-0-8")]
        _ => Err("expected bare: vox 0.8 has no stable conduit"),
    }
}
