//! Calls on structs and enums.

use super::{Outcome, expect, expect_error, ok};
use crate::testbed::TestbedClient;
use crate::types::*;

fn person(name: &str, age: u8, email: Option<&str>) -> Person {
    Person {
        name: name.to_owned(),
        age,
        email: email.map(str::to_owned),
    }
}

pub async fn lookup_found(client: TestbedClient) -> Outcome {
    let found = ok(client.lookup(1).await)?;
    expect(found, person("Alice", 30, Some("alice@example.com")))
}

pub async fn lookup_found_no_email(client: TestbedClient) -> Outcome {
    expect(ok(client.lookup(2).await)?, person("Bob", 25, None))
}

pub async fn lookup_not_found(client: TestbedClient) -> Outcome {
    expect_error(client.lookup(999).await, LookupError::NotFound)
}

pub async fn lookup_access_denied(client: TestbedClient) -> Outcome {
    expect_error(client.lookup(100).await, LookupError::AccessDenied)
}

pub async fn echo_point(client: TestbedClient) -> Outcome {
    let sent = Point { x: 42, y: -7 };
    expect(ok(client.echo_point(sent).await)?, sent)
}

pub async fn create_person(client: TestbedClient) -> Outcome {
    let wanted = person("Dave", 40, Some("dave@example.com"));
    let Person { name, age, email } = wanted.clone();
    expect(ok(client.create_person(name, age, email).await)?, wanted)
}

pub async fn rectangle_area(client: TestbedClient) -> Outcome {
    let rectangle = Rectangle {
        top_left: Point { x: 0, y: 10 },
        bottom_right: Point { x: 5, y: 0 },
        label: None,
    };
    expect(ok(client.rectangle_area(rectangle).await)?, 50.0)
}

pub async fn parse_color(client: TestbedClient) -> Outcome {
    for (name, wanted) in [
        ("red", Some(Color::Red)),
        ("Green", Some(Color::Green)),
        ("BLUE", Some(Color::Blue)),
        ("purple", None),
    ] {
        expect(ok(client.parse_color(name.to_owned()).await)?, wanted)?;
    }
    Ok(())
}

pub async fn get_points(client: TestbedClient) -> Outcome {
    let wanted: Vec<_> = (0..5).map(|i| Point { x: i, y: 2 * i }).collect();
    expect(ok(client.get_points(5).await)?, wanted)
}

pub async fn describe_point(client: TestbedClient) -> Outcome {
    let wanted = TaggedPoint {
        label: "origin".to_owned(),
        x: 0,
        y: 0,
        active: true,
    };
    let described = client.describe_point("origin".to_owned(), 0, 0, true).await;
    expect(ok(described)?, wanted)
}

pub async fn all_colors(client: TestbedClient) -> Outcome {
    let wanted = vec![Color::Red, Color::Green, Color::Blue];
    expect(ok(client.all_colors().await)?, wanted)
}

pub async fn echo_shape(client: TestbedClient) -> Outcome {
    for sent in [
        Shape::Point,
        Shape::Circle { radius: 1.25 },
        Shape::Rectangle {
            width: 2.0,
            height: 5.0,
        },
    ] {
        expect(ok(client.echo_shape(sent.clone()).await)?, sent)?;
    }
    Ok(())
}

pub async fn shape_area(client: TestbedClient) -> Outcome {
    let shape = Shape::Rectangle {
        width: 3.0,
        height: 4.0,
    };
    expect(ok(client.shape_area(shape).await)?, 12.0)
}

pub async fn create_canvas(client: TestbedClient) -> Outcome {
    let wanted = Canvas {
        name: "canvas".to_owned(),
        shapes: vec![Shape::Point, Shape::Circle { radius: 2.5 }],
        background: Color::Green,
    };
    let Canvas {
        name,
        shapes,
        background,
    } = wanted.clone();
    let created = client.create_canvas(name, shapes, background).await;
    expect(ok(created)?, wanted)
}

pub async fn process_message(client: TestbedClient) -> Outcome {
    for (sent, wanted) in [
        (
            Message::Text("hi".to_owned()),
            Message::Text("processed: hi".to_owned()),
        ),
        (Message::Number(21), Message::Number(42)),
        (
            Message::Data(vec![1, 2, 3, 4]),
            Message::Data(vec![4, 3, 2, 1]),
        ),
    ] {
        expect(ok(client.process_message(sent).await)?, wanted)?;
    }
    Ok(())
}
