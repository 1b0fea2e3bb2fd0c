//! The subject: see README.md beside it for the environment that it takes.

use std::process::ExitCode;

fn main() -> ExitCode {
    voxspec_subject_rust_0_8::program::main()
}
