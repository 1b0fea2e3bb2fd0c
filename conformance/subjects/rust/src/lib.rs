//! The published vox crates, made into a subject that voxspec can judge: 0.4.0, or 0.8.2 with the
//! feature `vox-0-8`.
//!
//! Programs that share this library: the subject on each release, and on 0.4.0 a writer of test
//! vectors and a small benchmark. None of them adds protocol behaviour of its own; whatever goes over
//! the wire is what the crates put there.

pub mod address;
pub mod control;
pub mod control_calls;
pub mod json;
pub mod listen;
pub mod log;
pub mod outbound;
pub mod probe;
pub mod probe_service;
pub mod program;
pub mod release;
#[cfg(not(feature = "vox-0-8"))]
pub mod samples;
pub mod scenario;
pub mod service;
pub mod session;
pub mod settings;
pub mod testbed;
pub mod types;
