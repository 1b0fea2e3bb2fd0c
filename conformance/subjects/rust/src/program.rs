//! The subject as a program: reads the environment, plays its part, tells how it went.
//!
//! It lives in the library because a session is a large piece of generated code: reached
//! through an async function from another crate it would be compiled a second time there.

use crate::session::dial;
use crate::settings::{Mode, Settings};
use crate::{listen, log, outbound};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use vox::Parity;

/// No scenario takes longer than this against a peer that answers. Without a limit a peer
/// that falls silent would keep the process for ever.
const SCENARIO_LIMIT: Duration = Duration::from_secs(120);

/// What tokio gives the stacks of its own threads.
const STACK_BYTES: usize = 2 * 1024 * 1024;

pub fn main() -> ExitCode {
    log::start();
    let settings = match Settings::from_env() {
        Ok(settings) => Arc::new(settings),
        Err(refusal) => {
            eprintln!("{refusal}");
            return ExitCode::from(2);
        }
    };
    let outcome = if settings.one_thread {
        on_one_thread(settings)
    } else {
        Runtime::new()
            .map_err(named)
            .and_then(|runtime| play(runtime, settings))
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn named(error: std::io::Error) -> String {
    format!("runtime: {error}")
}

/// On this thread what dials, as it would be on several; what is served on a stack as large as those of
/// tokio's threads.
fn on_one_thread(settings: Arc<Settings>) -> Result<(), String> {
    let listens = matches!(settings.mode, Mode::ServerListen(_));
    let body = || {
        let runtime = Builder::new_current_thread().enable_all().build();
        runtime
            .map_err(named)
            .and_then(|runtime| play(runtime, settings))
    };
    if !listens {
        return body();
    }
    let thread = std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(body);
    let ended = thread.map_err(named)?.join();
    ended.unwrap_or_else(|_| Err("it panicked".to_owned()))
}

fn play(runtime: Runtime, settings: Arc<Settings>) -> Result<(), String> {
    let outcome = runtime.block_on(run(settings));
    // Sessions are still being served in the background; nobody waits for them.
    runtime.shutdown_background();
    outcome
}

async fn run(settings: Arc<Settings>) -> Result<(), String> {
    if let Some(control) = &settings.control {
        control.start();
    }
    match &settings.mode {
        Mode::Server(address) => {
            let session = dial(&settings, address)
                .await
                .map_err(|error| format!("{address}: {error}"))?;
            outbound::start(&session.client, Parity::Odd, &settings);
            match &settings.control {
                None => session.ended().await,
                Some(control) => {
                    session.ended_without(|client| control.begin(client)).await;
                    control.told().await;
                }
            }
            Ok(())
        }
        Mode::Client(address, scenario) => {
            let work = async {
                let session = dial(&settings, address)
                    .await
                    .map_err(|error| format!("{address}: {error}"))?;
                let outcome = scenario(session.client.clone()).await;
                session.finish().await;
                outcome
            };
            tokio::time::timeout(SCENARIO_LIMIT, work)
                .await
                .unwrap_or_else(|_| Err(format!("no result within {SCENARIO_LIMIT:?}")))
        }
        Mode::ServerListen(listen) => listen::run(listen, settings.clone())
            .await
            .map_err(|error| format!("listening: {error}")),
    }
}
