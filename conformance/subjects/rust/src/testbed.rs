//! The Testbed service: the interface that every subject serves.

use crate::types::*;
use vox::{Rx, Tx};

#[vox::service]
pub trait Testbed {
    async fn echo(&self, message: String) -> String;
    async fn reverse(&self, message: String) -> String;
    async fn divide(&self, dividend: i64, divisor: i64) -> Result<i64, MathError>;
    async fn lookup(&self, id: u32) -> Result<Person, LookupError>;
    async fn sum(&self, numbers: Rx<i32>) -> i64;
    async fn generate(&self, count: u32, output: Tx<i32>);
    async fn generate_retry_non_idem(&self, count: u32, output: Tx<i32>);
    #[vox(idem)]
    async fn generate_retry_idem(&self, count: u32, output: Tx<i32>);
    async fn transform(&self, input: Rx<String>, output: Tx<String>);
    async fn echo_point(&self, point: Point) -> Point;
    async fn create_person(&self, name: String, age: u8, email: Option<String>) -> Person;
    async fn rectangle_area(&self, rect: Rectangle) -> f64;
    async fn parse_color(&self, name: String) -> Option<Color>;
    async fn shape_area(&self, shape: Shape) -> f64;
    async fn create_canvas(&self, name: String, shapes: Vec<Shape>, background: Color) -> Canvas;
    async fn echo_gnarly(&self, payload: GnarlyPayload) -> GnarlyPayload;
    async fn process_message(&self, msg: Message) -> Message;
    async fn get_points(&self, count: u32) -> Vec<Point>;
    async fn swap_pair(&self, pair: (i32, String)) -> (String, i32);
    async fn echo_bytes(&self, data: Vec<u8>) -> Vec<u8>;
    async fn echo_bool(&self, b: bool) -> bool;
    async fn echo_u64(&self, n: u64) -> u64;
    async fn echo_option_string(&self, s: Option<String>) -> Option<String>;
    async fn sum_large(&self, numbers: Rx<i32>) -> i64;
    async fn generate_large(&self, count: u32, output: Tx<i32>);
    async fn all_colors(&self) -> Vec<Color>;
    async fn describe_point(&self, label: String, x: i32, y: i32, active: bool) -> TaggedPoint;
    async fn echo_shape(&self, shape: Shape) -> Shape;
    async fn echo_status_v1(&self, status: Status) -> Status;
    async fn echo_tag_v1(&self, tag: Tag) -> Tag;
    async fn echo_profile(&self, profile: Profile) -> Profile;
    async fn echo_record(&self, record: Record) -> Record;
    async fn echo_status(&self, status: Status) -> Status;
    async fn echo_tag(&self, tag: Tag) -> Tag;
    async fn echo_measurement(&self, m: Measurement) -> Measurement;
    async fn echo_config(&self, c: Config) -> Config;
}
