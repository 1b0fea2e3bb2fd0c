//! How long the published vox 0.4.0 crates take to encode and decode, as JSON on stdout.
//!
//! The figures are there to be set beside those of another implementation on the same
//! machine and the same bytes; by themselves they say little.

use std::hint::black_box;
use voxspec_subject_rust::json::{Json, hex};
use voxspec_subject_rust::samples::one_of_each;

mod foreign;
mod handshake;
mod measure;
mod message;

use measure::median_ns;

fn main() {
    let mut benchmarks = messages();
    benchmarks.extend(handshakes());
    benchmarks.push(method_id());
    let report = Json::map([
        ("crates", "vox 0.4.0".into()),
        ("unit", "median nanoseconds per operation".into()),
        ("benchmarks", Json::List(benchmarks)),
    ]);
    print!("{}", report.pretty());
}

fn entry(name: String, ns: f64, bytes: Option<&[u8]>) -> Json {
    let rounded = (ns * 10.0).round() / 10.0;
    let mut fields = vec![
        ("name".to_owned(), name.into()),
        ("ns".to_owned(), rounded.into()),
    ];
    if let Some(bytes) = bytes {
        fields.push(("hex".to_owned(), hex(bytes).into()));
    }
    Json::Map(fields)
}

fn messages() -> Vec<Json> {
    let mut entries = Vec::new();
    for sample in one_of_each() {
        let bytes = message::encode(&sample.message);
        let mut receiver = message::Receiver::new(&bytes);
        assert_eq!(
            message::encode(receiver.receive().get()),
            bytes,
            "{}",
            sample.name
        );
        let decoding = median_ns(|| {
            black_box(receiver.receive());
        });
        let encoding = median_ns(|| {
            black_box(message::encode(black_box(&sample.message)));
        });
        entries.push(entry(
            format!("decode/{}", sample.name),
            decoding,
            Some(&bytes),
        ));
        entries.push(entry(
            format!("encode/{}", sample.name),
            encoding,
            Some(&bytes),
        ));
    }
    entries
}

fn handshakes() -> Vec<Json> {
    let hello = handshake::full_hello();
    let bytes = handshake::encode(&hello);
    let decoding = median_ns(|| {
        black_box(handshake::decode(black_box(&bytes)));
    });
    let encoding = median_ns(|| {
        black_box(handshake::encode(black_box(&hello)));
    });
    let foreign = foreign::foreign_hello(&hello);
    assert_eq!(handshake::encode(&handshake::decode(&foreign)), bytes);
    let decoding_foreign = median_ns(|| {
        black_box(handshake::decode(black_box(&foreign)));
    });
    vec![
        entry("handshake/decode_hello".to_owned(), decoding, Some(&bytes)),
        entry(
            "handshake/decode_foreign_hello".to_owned(),
            decoding_foreign,
            Some(&foreign),
        ),
        entry("handshake/encode_hello".to_owned(), encoding, Some(&bytes)),
    ]
}

/// From the two names to the id: splitting into words and hashing, as is done at startup.
fn method_id() -> Json {
    let ns = median_ns(|| {
        black_box(vox_types::method_id_name_only(
            black_box("Testbed"),
            black_box("echo"),
        ));
    });
    entry("blake3/method_id".to_owned(), ns, None)
}
