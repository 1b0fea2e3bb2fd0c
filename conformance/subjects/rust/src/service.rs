//! What the subject answers: every method is a plain function of its arguments.

use crate::testbed::Testbed;
use crate::types::*;
use vox::{Rx, Tx};

#[derive(Clone, Copy)]
pub struct TestbedService;

/// Sends 0, 1, 2 … and closes the channel. A failed send means that the receiver is gone,
/// so that there is nobody left to count for.
async fn count_up(count: u32, output: Tx<i32>) {
    for number in 0..count {
        if output.send(number as i32).await.is_err() {
            break;
        }
    }
    let _ = output.close(Default::default()).await;
}

/// Adds up whatever arrives before the channel ends. An item that cannot be decoded ends
/// the sum like a Close would: the method has no way to report it.
async fn add_up(mut numbers: Rx<i32>) -> i64 {
    let mut total = 0;
    while let Ok(Some(number)) = numbers.recv().await {
        total += i64::from(*number.get());
    }
    total
}

/// The length of a side. Computed in 64 bits, so that no pair of corners overflows.
fn side(from: i32, to: i32) -> f64 {
    (i64::from(to) - i64::from(from)).unsigned_abs() as f64
}

fn person(name: &str, age: u8, email: Option<&str>) -> Person {
    Person {
        name: name.to_owned(),
        age,
        email: email.map(str::to_owned),
    }
}

impl Testbed for TestbedService {
    async fn echo(&self, message: String) -> String {
        message
    }

    async fn reverse(&self, message: String) -> String {
        message.chars().rev().collect()
    }

    async fn divide(&self, dividend: i64, divisor: i64) -> Result<i64, MathError> {
        match divisor {
            0 => Err(MathError::DivisionByZero),
            _ => dividend.checked_div(divisor).ok_or(MathError::Overflow),
        }
    }

    async fn lookup(&self, id: u32) -> Result<Person, LookupError> {
        match id {
            1 => Ok(person("Alice", 30, Some("alice@example.com"))),
            2 => Ok(person("Bob", 25, None)),
            3 => Ok(person("Charlie", 35, Some("charlie@example.com"))),
            100..=199 => Err(LookupError::AccessDenied),
            _ => Err(LookupError::NotFound),
        }
    }

    async fn sum(&self, numbers: Rx<i32>) -> i64 {
        add_up(numbers).await
    }

    async fn generate(&self, count: u32, output: Tx<i32>) {
        count_up(count, output).await
    }

    async fn generate_retry_non_idem(&self, count: u32, output: Tx<i32>) {
        count_up(count, output).await
    }

    async fn generate_retry_idem(&self, count: u32, output: Tx<i32>) {
        count_up(count, output).await
    }

    async fn transform(&self, mut input: Rx<String>, output: Tx<String>) {
        while let Ok(Some(item)) = input.recv().await {
            if output.send(item.get().clone()).await.is_err() {
                break;
            }
        }
        let _ = output.close(Default::default()).await;
    }

    async fn echo_point(&self, point: Point) -> Point {
        point
    }

    async fn create_person(&self, name: String, age: u8, email: Option<String>) -> Person {
        Person { name, age, email }
    }

    async fn rectangle_area(&self, rect: Rectangle) -> f64 {
        side(rect.top_left.x, rect.bottom_right.x) * side(rect.top_left.y, rect.bottom_right.y)
    }

    async fn parse_color(&self, name: String) -> Option<Color> {
        match name.to_lowercase().as_str() {
            "red" => Some(Color::Red),
            "green" => Some(Color::Green),
            "blue" => Some(Color::Blue),
            _ => None,
        }
    }

    async fn shape_area(&self, shape: Shape) -> f64 {
        match shape {
            Shape::Circle { radius } => std::f64::consts::PI * radius * radius,
            Shape::Rectangle { width, height } => width * height,
            Shape::Point => 0.0,
        }
    }

    async fn create_canvas(&self, name: String, shapes: Vec<Shape>, background: Color) -> Canvas {
        Canvas {
            name,
            shapes,
            background,
        }
    }

    async fn echo_gnarly(&self, payload: GnarlyPayload) -> GnarlyPayload {
        payload
    }

    async fn process_message(&self, msg: Message) -> Message {
        match msg {
            Message::Text(text) => Message::Text(format!("processed: {text}")),
            Message::Number(number) => Message::Number(number.wrapping_mul(2)),
            Message::Data(mut data) => {
                data.reverse();
                Message::Data(data)
            }
        }
    }

    async fn get_points(&self, count: u32) -> Vec<Point> {
        (0..count as i32)
            .map(|i| Point {
                x: i,
                y: i.wrapping_mul(2),
            })
            .collect()
    }

    async fn swap_pair(&self, (number, text): (i32, String)) -> (String, i32) {
        (text, number)
    }

    async fn echo_bytes(&self, data: Vec<u8>) -> Vec<u8> {
        data
    }

    async fn echo_bool(&self, b: bool) -> bool {
        b
    }

    async fn echo_u64(&self, n: u64) -> u64 {
        n
    }

    async fn echo_option_string(&self, s: Option<String>) -> Option<String> {
        s
    }

    async fn sum_large(&self, numbers: Rx<i32>) -> i64 {
        add_up(numbers).await
    }

    async fn generate_large(&self, count: u32, output: Tx<i32>) {
        count_up(count, output).await
    }

    async fn all_colors(&self) -> Vec<Color> {
        vec![Color::Red, Color::Green, Color::Blue]
    }

    async fn describe_point(&self, label: String, x: i32, y: i32, active: bool) -> TaggedPoint {
        TaggedPoint {
            label,
            x,
            y,
            active,
        }
    }

    async fn echo_shape(&self, shape: Shape) -> Shape {
        shape
    }

    async fn echo_status_v1(&self, status: Status) -> Status {
        status
    }

    async fn echo_tag_v1(&self, tag: Tag) -> Tag {
        tag
    }

    async fn echo_profile(&self, profile: Profile) -> Profile {
        profile
    }

    async fn echo_record(&self, record: Record) -> Record {
        record
    }

    async fn echo_status(&self, status: Status) -> Status {
        status
    }

    async fn echo_tag(&self, tag: Tag) -> Tag {
        tag
    }

    async fn echo_measurement(&self, m: Measurement) -> Measurement {
        m
    }

    async fn echo_config(&self, c: Config) -> Config {
        c
    }
}
