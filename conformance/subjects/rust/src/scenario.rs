//! What the subject does as a client: one scenario a run, each checking what it gets.

use crate::testbed::TestbedClient;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

mod channels;
mod probe;
mod records;
mod retry;
mod values;

pub type Outcome = Result<(), String>;
pub type Run = fn(TestbedClient) -> Pin<Box<dyn Future<Output = Outcome> + Send>>;

macro_rules! scenarios {
    ($($name:literal => $run:path,)*) => {
        /// The names that `CLIENT_SCENARIO` may have.
        pub const NAMES: &[&str] = &[$($name),*];

        /// The scenario of that name. What it reports begins with the name, because the
        /// line is all that a reader of stderr gets to see.
        pub fn find(name: &str) -> Option<Run> {
            match name {
                $($name => Some(|client| Box::pin(async move {
                    $run(client).await.map_err(|reason| format!(concat!($name, ": {}"), reason))
                })),)*
                _ => None,
            }
        }
    };
}

scenarios! {
    "echo" => values::echo,
    "reverse" => values::reverse,
    "divide_success" => values::divide_success,
    "divide_zero" => values::divide_zero,
    "divide_overflow" => values::divide_overflow,
    "echo_bytes" => values::echo_bytes,
    "echo_bool" => values::echo_bool,
    "echo_u64" => values::echo_u64,
    "echo_option_string" => values::echo_option_string,
    "swap_pair" => values::swap_pair,
    "pipelining" => values::pipelining,
    "lookup_found" => records::lookup_found,
    "lookup_found_no_email" => records::lookup_found_no_email,
    "lookup_not_found" => records::lookup_not_found,
    "lookup_access_denied" => records::lookup_access_denied,
    "echo_point" => records::echo_point,
    "create_person" => records::create_person,
    "rectangle_area" => records::rectangle_area,
    "parse_color" => records::parse_color,
    "get_points" => records::get_points,
    "describe_point" => records::describe_point,
    "all_colors" => records::all_colors,
    "echo_shape" => records::echo_shape,
    "shape_area" => records::shape_area,
    "create_canvas" => records::create_canvas,
    "process_message" => records::process_message,
    "sum_client_to_server" => channels::sum_client_to_server,
    "sum_large" => channels::sum_large,
    "generate_large" => channels::generate_large,
    "transform_bidi" => channels::transform_bidi,
    "channel_retry_non_idem" => retry::channel_retry_non_idem,
    "channel_retry_idem" => retry::channel_retry_idem,
    "second_service" => probe::second_service,
    "nested_channels" => probe::nested_channels,
}

fn expect<T: PartialEq + Debug>(got: T, wanted: T) -> Outcome {
    if got == wanted {
        return Ok(());
    }
    Err(format!("expected {wanted:?}, got {got:?}"))
}

/// The value of a call that must succeed.
fn ok<T, E: Debug>(answer: Result<T, E>) -> Result<T, String> {
    answer.map_err(|error| format!("the call failed: {error:?}"))
}

/// The error that the callee itself must answer with.
fn expect_error<T: Debug, E: PartialEq + Debug>(
    answer: Result<T, vox::VoxError<E>>,
    wanted: E,
) -> Outcome {
    match answer {
        Err(vox::VoxError::User(error)) => expect(error, wanted),
        other => Err(format!("expected the error {wanted:?}, got {other:?}")),
    }
}
