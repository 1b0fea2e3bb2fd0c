//! Calls on plain values.

use super::{Outcome, expect, expect_error, ok};
use crate::testbed::TestbedClient;
use crate::types::MathError;

pub async fn echo(client: TestbedClient) -> Outcome {
    let sent = "hello from client";
    expect(ok(client.echo(sent.to_owned()).await)?, sent.to_owned())
}

pub async fn reverse(client: TestbedClient) -> Outcome {
    expect(
        ok(client.reverse("hello".to_owned()).await)?,
        "olleh".to_owned(),
    )
}

pub async fn divide_success(client: TestbedClient) -> Outcome {
    expect(ok(client.divide(10, 3).await)?, 3)
}

pub async fn divide_zero(client: TestbedClient) -> Outcome {
    expect_error(client.divide(10, 0).await, MathError::DivisionByZero)
}

pub async fn divide_overflow(client: TestbedClient) -> Outcome {
    expect_error(client.divide(i64::MIN, -1).await, MathError::Overflow)
}

pub async fn echo_bytes(client: TestbedClient) -> Outcome {
    for sent in [vec![], vec![1, 2, 3, 255, 0, 128], vec![7; 5000]] {
        expect(ok(client.echo_bytes(sent.clone()).await)?, sent)?;
    }
    Ok(())
}

pub async fn echo_bool(client: TestbedClient) -> Outcome {
    for sent in [true, false] {
        expect(ok(client.echo_bool(sent).await)?, sent)?;
    }
    Ok(())
}

pub async fn echo_u64(client: TestbedClient) -> Outcome {
    for sent in [0, 1, 127, 128, 1_000_000_000_000, u64::MAX] {
        expect(ok(client.echo_u64(sent).await)?, sent)?;
    }
    Ok(())
}

pub async fn echo_option_string(client: TestbedClient) -> Outcome {
    for sent in [Some("hello".to_owned()), None] {
        expect(ok(client.echo_option_string(sent.clone()).await)?, sent)?;
    }
    Ok(())
}

pub async fn swap_pair(client: TestbedClient) -> Outcome {
    let swapped = ok(client.swap_pair((99, "hello".to_owned())).await)?;
    expect(swapped, ("hello".to_owned(), 99))
}

/// Ten calls that are all under way before the first answer is looked at.
pub async fn pipelining(client: TestbedClient) -> Outcome {
    let calls: Vec<_> = (0..10)
        .map(|number| {
            let client = client.clone();
            let sent = format!("message {number}");
            tokio::spawn(async move { expect(ok(client.echo(sent.clone()).await)?, sent) })
        })
        .collect();
    for call in calls {
        call.await.map_err(|error| error.to_string())??;
    }
    Ok(())
}
