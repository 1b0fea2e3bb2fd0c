//! The published vox 0.4.0 crates, made into a subject that voxspec can judge.
//!
//! Three programs share this library: the subject itself, a writer of test vectors and a
//! small benchmark. None of them adds protocol behaviour of its own; whatever goes over
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
pub mod samples;
pub mod scenario;
pub mod service;
pub mod session;
pub mod settings;
pub mod testbed;
pub mod types;
