//! What the control channel can have this subject call, and the channels of such calls.

use crate::testbed::TestbedClient;
use crate::types::{LookupError, MathError};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use vox::{Rx, Tx, VoxError, channel};

/// Our end of one channel.
pub enum Half {
    NumbersOut(Tx<i32>),
    NumbersIn(Rx<i32>),
    TextsOut(Tx<String>),
    TextsIn(Rx<String>),
    Ended,
}

/// Our ends, by the names that the control channel gave them.
#[derive(Clone, Default)]
pub struct Halves(Arc<Mutex<HashMap<String, Arc<tokio::sync::Mutex<Half>>>>>);

impl Halves {
    pub fn find(&self, name: &str) -> Option<Arc<tokio::sync::Mutex<Half>>> {
        self.0.lock().unwrap().get(name).cloned()
    }

    fn keep(&self, argument: &Value, half: Half) {
        let name = argument["channel"].as_str().unwrap_or_default().to_owned();
        let half = Arc::new(tokio::sync::Mutex::new(half));
        self.0.lock().unwrap().insert(name, half);
    }

    fn numbers_out(&self, argument: &Value) -> Rx<i32> {
        let (ours, theirs) = channel();
        self.keep(argument, Half::NumbersOut(ours));
        theirs
    }

    fn numbers_in(&self, argument: &Value) -> Tx<i32> {
        let (theirs, ours) = channel();
        self.keep(argument, Half::NumbersIn(ours));
        theirs
    }

    fn texts_out(&self, argument: &Value) -> Rx<String> {
        let (ours, theirs) = channel();
        self.keep(argument, Half::TextsOut(ours));
        theirs
    }

    fn texts_in(&self, argument: &Value) -> Tx<String> {
        let (theirs, ours) = channel();
        self.keep(argument, Half::TextsIn(ours));
        theirs
    }
}

/// Sends until an item does not go, and says how many went.
macro_rules! send_all {
    ($output:expr, $items:expr, $times:expr, $convert:expr) => {{
        let mut report = json!({"sent": 0});
        let items = $items.iter().cycle().take($items.len() * $times);
        for (number, item) in items.enumerate() {
            match $output.send($convert(item)).await {
                Ok(()) => report["sent"] = json!(number + 1),
                Err(_) => {
                    report["failed"] = json!("lost");
                    break;
                }
            }
        }
        report
    }};
}

/// Takes until there are enough, or the channel ends.
macro_rules! take_some {
    ($input:expr, $count:expr) => {{
        let mut items = Vec::new();
        let mut ended = None;
        while items.len() < $count {
            match $input.recv().await {
                Ok(Some(item)) => items.push(json!(item.get().clone())),
                Ok(None) => ended = Some("closed"),
                Err(error) => ended = Some(ended_word(&error)),
            }
            if ended.is_some() {
                break;
            }
        }
        match ended {
            None => json!({"items": items}),
            Some(word) => json!({"items": items, "ended": word}),
        }
    }};
}

fn ended_word(error: &vox::RxError) -> &'static str {
    match error {
        vox::RxError::Reset => "reset",
        _ => "lost",
    }
}

impl Half {
    pub async fn send(&mut self, items: Option<&Value>, times: Option<&Value>) -> Value {
        let items = items.and_then(Value::as_array).cloned().unwrap_or_default();
        let times = times.and_then(Value::as_u64).unwrap_or(1) as usize;
        let number = |item: &Value| item.as_i64().unwrap_or_default() as i32;
        let text = |item: &Value| item.as_str().unwrap_or_default().to_owned();
        match self {
            Half::NumbersOut(output) => send_all!(output, items, times, number),
            Half::TextsOut(output) => send_all!(output, items, times, text),
            _ => json!({"failed": "this end does not send"}),
        }
    }

    pub async fn take(&mut self, count: Option<&Value>) -> Value {
        let count = count.and_then(Value::as_u64).unwrap_or(1) as usize;
        match self {
            Half::NumbersIn(input) => take_some!(input, count),
            Half::TextsIn(input) => take_some!(input, count),
            _ => json!({"failed": "this end does not receive"}),
        }
    }

    /// A receiving end is let go by its drop.
    pub async fn end(self) {
        let _ = match self {
            Half::NumbersOut(output) => output.close(Default::default()).await,
            Half::TextsOut(output) => output.close(Default::default()).await,
            _ => Ok(()),
        };
    }
}

/// The methods, and of each argument its kind: a text, a number or a channel.
const METHODS: [(&str, &str); 10] = [
    ("echo", "t"),
    ("reverse", "t"),
    ("divide", "nn"),
    ("lookup", "n"),
    ("get_points", "n"),
    ("sum", "c"),
    ("generate", "nc"),
    ("generate_retry_idem", "nc"),
    ("generate_retry_non_idem", "nc"),
    ("transform", "cc"),
];

fn is_of_kind(argument: &Value, kind: char) -> bool {
    match kind {
        't' => argument.is_string(),
        'n' => argument.is_i64() || argument.is_u64(),
        _ => argument["channel"].is_string(),
    }
}

/// Why a call like this cannot be made; nothing if it can.
pub fn cannot_call(method: &str, args: &Value) -> Option<String> {
    let Some((_, kinds)) = METHODS.iter().find(|(name, _)| *name == method) else {
        return Some(format!("call {method}"));
    };
    let fits = args.as_array().is_some_and(|args| {
        args.len() == kinds.len()
            && args
                .iter()
                .zip(kinds.chars())
                .all(|(argument, kind)| is_of_kind(argument, kind))
    });
    (!fits).then(|| format!("call {method} with {args}"))
}

fn failed_word<E>(error: &VoxError<E>) -> &'static str {
    match error {
        VoxError::User(_) => "user_error",
        VoxError::UnknownMethod => "unknown_method",
        VoxError::InvalidPayload(_) => "invalid_payload",
        VoxError::Cancelled => "cancelled",
        VoxError::ConnectionClosed => "connection_closed",
        VoxError::SessionShutdown => "session_shutdown",
        VoxError::SendFailed => "send_failed",
        VoxError::Indeterminate => "indeterminate",
    }
}

/// Of a call's error, for reports.
fn call_failure<E>(error: VoxError<E>, of_method: impl Fn(E) -> Value) -> Value {
    let word = failed_word(&error);
    match error {
        VoxError::User(error) => json!({"failed": word, "error": of_method(error)}),
        _ => json!({"failed": word}),
    }
}

fn plain<T>(outcome: Result<T, VoxError<Infallible>>, value: impl Fn(T) -> Value) -> Value {
    match outcome {
        Ok(returned) => json!({"returned": value(returned)}),
        Err(error) => call_failure(error, |never| match never {}),
    }
}

fn divided(outcome: Result<i64, VoxError<MathError>>) -> Value {
    match outcome {
        Ok(quotient) => json!({"returned": quotient}),
        Err(error) => call_failure(error, |error| json!(format!("{error:?}"))),
    }
}

/// Calls the method and waits. The arguments have been looked at before.
pub async fn call_method(
    client: TestbedClient,
    method: &str,
    args: &Value,
    halves: &Halves,
) -> Value {
    let text = |index: usize| args[index].as_str().unwrap_or_default().to_owned();
    let number = |index: usize| args[index].as_i64().unwrap_or_default();
    let count = number(0) as u32;
    let nothing = |()| Value::Null;
    match method {
        "echo" => plain(client.echo(text(0)).await, |text| json!(text)),
        "reverse" => plain(client.reverse(text(0)).await, |text| json!(text)),
        "divide" => divided(client.divide(number(0), number(1)).await),
        "lookup" => match client.lookup(count).await {
            Ok(person) => json!({"returned": {
                "name": person.name, "age": person.age, "email": person.email}}),
            Err(error) => call_failure(error, |error: LookupError| json!(format!("{error:?}"))),
        },
        "get_points" => plain(client.get_points(count).await, |points| {
            points
                .iter()
                .map(|point| json!({"x": point.x, "y": point.y}))
                .collect()
        }),
        "sum" => plain(client.sum(halves.numbers_out(&args[0])).await, |total| {
            json!(total)
        }),
        "generate" => plain(
            client.generate(count, halves.numbers_in(&args[1])).await,
            nothing,
        ),
        "generate_retry_idem" => {
            let output = halves.numbers_in(&args[1]);
            plain(client.generate_retry_idem(count, output).await, nothing)
        }
        "generate_retry_non_idem" => {
            let output = halves.numbers_in(&args[1]);
            plain(client.generate_retry_non_idem(count, output).await, nothing)
        }
        _ => {
            let (input, output) = (halves.texts_out(&args[0]), halves.texts_in(&args[1]));
            plain(client.transform(input, output).await, nothing)
        }
    }
}
