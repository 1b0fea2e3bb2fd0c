//! Values of every kind and their bytes.

use crate::shapes::{Blob, Disc, NT, NTT, TS, Unit0};
use facet::Facet;
use facet_reflect::Peek;
use std::collections::{BTreeMap, BTreeSet};
use vox::VoxError;
use voxspec_subject_rust::json::{Json, hex};
use voxspec_subject_rust::samples::Answer;
use voxspec_subject_rust::types::*;

pub fn vectors() -> Json {
    let mut list = List::default();
    integers(&mut list);
    floats(&mut list);
    texts(&mut list);
    options(&mut list);
    sequences(&mut list);
    tuples(&mut list);
    structs(&mut list);
    enums(&mut list);
    results(&mut list);
    Json::List(list.entries)
}

#[derive(Default)]
struct List {
    entries: Vec<Json>,
}

impl List {
    /// A value whose JSON follows from its type.
    fn add<T>(&mut self, name: &str, rust: &str, value: T)
    where
        T: Facet<'static> + Clone + Into<Json>,
    {
        let shown = value.clone().into();
        self.show(name, rust, &value, shown);
    }

    /// A value whose JSON is given. What was encoded must decode, and encode again to the
    /// same bytes.
    fn show<T: Facet<'static>>(&mut self, name: &str, rust: &str, value: &T, shown: Json) {
        let bytes = encoded(Peek::new(value));
        let decoded: T = vox_postcard::from_slice(&bytes)
            .unwrap_or_else(|error| panic!("{rust}/{name} does not decode: {error}"));
        assert_eq!(encoded(Peek::new(&decoded)), bytes, "{rust}/{name}");
        self.push(name, rust, &bytes, shown);
    }

    fn push(&mut self, name: &str, rust: &str, bytes: &[u8], shown: Json) {
        self.entries.push(Json::map([
            ("name", format!("{rust}/{name}").into()),
            ("type", rust.into()),
            ("value", shown),
            ("hex", hex(bytes).into()),
        ]));
    }

    fn bytes(&mut self, name: &str, value: &[u8]) {
        self.show(name, "Vec<u8>", &value.to_vec(), Json::bytes(value));
    }
}

fn encoded(value: Peek<'_, 'static>) -> Vec<u8> {
    let plan = vox_postcard::peek_to_scatter_plan(value).expect("values are encodable");
    let mut bytes = vec![0; plan.total_size()];
    plan.write_into(&mut bytes);
    bytes
}

/// Every value under its own decimal text.
macro_rules! each {
    ($list:ident, $($ty:ty: [$($value:expr),* $(,)?];)*) => { $($(
        let value: $ty = $value;
        $list.add(&value.to_string(), stringify!($ty), value);
    )*)* };
}

fn integers(list: &mut List) {
    each! { list,
        bool: [false, true];
        u8: [0, 1, 127, 128, u8::MAX];
        u16: [0, 1, 127, 128, 255, 256, 16383, 16384, u16::MAX];
        u32: [0, 1, 127, 128, 16383, 16384, 2097151, 2097152, 268435455, 268435456, u32::MAX];
        u64: [0, 1, 127, 128, 255, 256, 16383, 16384, 65535, 65536, 1048576, 1 << 32, 1 << 35,
              1 << 56, (1 << 63) - 1, 1 << 63, u64::MAX];
        u128: [0, 127, 128, u64::MAX.into(), 1 << 64, 1 << 126, u128::MAX];
        usize: [0, 300, usize::MAX];
        i8: [0, 1, -1, 63, 64, i8::MAX, i8::MIN];
        i16: [0, 1, -1, 63, 64, 127, 128, -64, -65, i16::MAX, i16::MIN];
        i32: [0, 1, -1, 63, 64, 127, 128, -128, -64, -65, 8191, 8192, i32::MAX, i32::MIN];
        i64: [0, 1, -1, 15, 42, 63, 64, -64, -65, 1 << 40, i64::MAX, i64::MIN];
        i128: [0, 1, -1, i64::MAX.into(), i64::MIN.into(), 1 << 64, i128::MAX, i128::MIN];
        isize: [0, -300, isize::MIN];
    }
}

fn floats(list: &mut List) {
    for value in [
        0.0,
        -0.0,
        1.0,
        -1.0,
        1.5,
        0.25,
        0.1,
        f32::MIN_POSITIVE,
        f32::MAX,
        f32::MIN,
    ] {
        list.add(&format!("{value:?}"), "f32", value);
    }
    for value in [
        0.0,
        -0.0,
        1.0,
        -1.0,
        1.5,
        0.25,
        0.1,
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::MIN,
    ] {
        list.add(&format!("{value:?}"), "f64", value);
    }
    for (name, bits) in [
        ("infinity", 0x7f80_0000),
        ("-infinity", 0xff80_0000),
        ("nan", 0x7fc0_0000),
        ("signalling nan", 0xffa0_0001),
        ("smallest", 1),
    ] {
        list.add(name, "f32", f32::from_bits(bits));
    }
    for (name, bits) in [
        ("infinity", 0x7ff0_0000_0000_0000),
        ("-infinity", 0xfff0_0000_0000_0000),
        ("nan", 0x7ff8_0000_0000_0000),
        ("signalling nan", 0xfff4_0000_0000_0001),
        ("smallest", 1),
    ] {
        list.add(name, "f64", f64::from_bits(bits));
    }
}

fn texts(list: &mut List) {
    for (name, value) in [
        ("NUL", '\0'),
        ("a", 'a'),
        ("two", 'ß'),
        ("three", '世'),
        ("four", '🦀'),
    ] {
        list.show(name, "char", &value, value.to_string().into());
    }
    for (name, value) in [
        ("empty", String::new()),
        ("hello", "hello world".to_owned()),
        ("unicode", "héllo 世界 🦀".to_owned()),
        ("NUL", "a\0b".to_owned()),
        ("127", "x".repeat(127)),
        ("128", "x".repeat(128)),
        ("300", "ü".repeat(150)),
    ] {
        list.add(name, "String", value);
    }
    list.bytes("empty", &[]);
    list.bytes("deadbeef", &[0xde, 0xad, 0xbe, 0xef]);
    list.bytes(
        "every byte",
        &std::array::from_fn::<u8, 256, _>(|i| i as u8),
    );
    let blob = Blob(vec![1, 2, 3]);
    list.show("three", "Blob", &blob, Json::bytes(&blob.0));
}

fn options(list: &mut List) {
    list.add("None", "Option<u32>", None::<u32>);
    list.add("Some", "Option<u32>", Some(42u32));
    list.add("None", "Option<String>", None::<String>);
    list.add("Some", "Option<String>", Some("hello".to_owned()));
    list.add("None", "Option<bool>", None::<bool>);
    list.add("Some", "Option<bool>", Some(false));
    list.add("Some", "Option<()>", Some(()));
    list.add("None", "Option<Option<u32>>", None::<Option<u32>>);
    list.add("Some(None)", "Option<Option<u32>>", Some(None::<u32>));
    list.add("Some(Some)", "Option<Option<u32>>", Some(Some(7u32)));
    list.add("Some", "Option<Vec<i16>>", Some(vec![-1i16, 1]));
    let boxed = Box::new(300u32);
    list.show("300", "Box<u32>", &boxed, (*boxed).into());
}

fn sequences(list: &mut List) {
    list.add("empty", "Vec<u32>", Vec::<u32>::new());
    list.add("three", "Vec<u32>", vec![1u32, 2, 3]);
    list.add("128", "Vec<u32>", (0..128u32).collect::<Vec<_>>());
    list.add("three", "Vec<i32>", vec![-1i32, 0, 1]);
    list.add("two", "Vec<String>", vec!["a".to_owned(), "b".to_owned()]);
    list.add("two", "Vec<bool>", vec![true, false]);
    list.add("three", "Vec<()>", vec![(), (), ()]);
    list.add("two", "Vec<f64>", vec![1.5f64, -0.5]);
    list.add("three", "Vec<Option<i8>>", vec![None, Some(-1i8), Some(1)]);
    let nested = vec![vec![], vec![0u8], vec![1, 255]];
    let shown = nested.iter().map(|bytes| Json::bytes(bytes)).collect();
    list.show("three", "Vec<Vec<u8>>", &nested, Json::List(shown));
    let set: BTreeSet<u32> = [300, 1, 2].into();
    let shown = set.iter().copied().collect::<Vec<_>>().into();
    list.show("three", "BTreeSet<u32>", &set, shown);
    list.add(
        "empty",
        "BTreeMap<String, u32>",
        BTreeMap::<String, u32>::new(),
    );
    let map: BTreeMap<_, _> = [("beta".to_owned(), 2u32), ("alpha".to_owned(), 1)].into();
    list.add("two", "BTreeMap<String, u32>", map);
    let map: BTreeMap<u16, Vec<String>> = [(300, vec![]), (0, vec!["x".to_owned()])].into();
    list.add("two", "BTreeMap<u16, Vec<String>>", map);
    list.show(
        "four",
        "[u8; 4]",
        &[1u8, 2, 3, 255],
        Json::bytes(&[1, 2, 3, 255]),
    );
    list.add("three", "[u32; 3]", [1u32, 300, u32::MAX]);
    list.add("two", "[String; 2]", ["a".to_owned(), String::new()]);
    list.add("two", "[[i16; 2]; 2]", [[1i16, -1], [300, -300]]);
}

fn tuples(list: &mut List) {
    list.add("unit", "()", ());
    list.add("one", "(u32,)", (300u32,));
    list.add("two", "(u32, String)", (42u32, "hello".to_owned()));
    list.add("two", "(bool, i64)", (true, -99i64));
    list.add("three", "(u8, i8, u16)", (255u8, -128i8, 256u16));
    list.add(
        "four",
        "(u8, (), String, Option<u8>)",
        (1u8, (), "x".to_owned(), Some(2u8)),
    );
    list.add(
        "nested",
        "((i32, String), (u8,))",
        ((-1i32, "x".to_owned()), (9u8,)),
    );
    list.show("value", "Unit0", &Unit0, Json::Null);
    list.show("300", "NT", &NT(300), [300u64].into());
    list.show("300", "NTT", &NTT(300), 300u64.into());
    list.show(
        "value",
        "TS",
        &TS(1, "x".to_owned()),
        (1u64, "x".to_owned()).into(),
    );
}

fn point(x: i32, y: i32) -> Point {
    Point { x, y }
}

fn point_json(point: Point) -> Json {
    Json::map([("x", point.x.into()), ("y", point.y.into())])
}

fn structs(list: &mut List) {
    let value = point(10, -20);
    list.show("value", "Point", &value, point_json(value));
    for (name, email) in [("with email", Some("alice@example.com")), ("without", None)] {
        let person = Person {
            name: "Alice".to_owned(),
            age: 30,
            email: email.map(str::to_owned),
        };
        let shown = Json::map([
            ("name", "Alice".into()),
            ("age", 30u8.into()),
            ("email", person.email.clone().into()),
        ]);
        list.show(name, "Person", &person, shown);
    }
    let rectangle = Rectangle {
        top_left: point(0, 10),
        bottom_right: point(5, 0),
        label: Some("r".to_owned()),
    };
    let shown = Json::map([
        ("top_left", point_json(rectangle.top_left)),
        ("bottom_right", point_json(rectangle.bottom_right)),
        ("label", rectangle.label.clone().into()),
    ]);
    list.show("value", "Rectangle", &rectangle, shown);
    let points = vec![point(1, 2), point(3, 4), point(5, 6)];
    let shown = Json::List(points.iter().copied().map(point_json).collect());
    list.show("three", "Vec<Point>", &points, shown);
    gnarly(list);
}

/// Nearly everything in one value.
fn gnarly(list: &mut List) {
    let entry = GnarlyEntry {
        id: u64::MAX,
        parent: None,
        name: "root".to_owned(),
        path: "/".to_owned(),
        attrs: vec![GnarlyAttr {
            key: "k".to_owned(),
            value: "v".to_owned(),
        }],
        chunks: vec![vec![], vec![1, 2, 3]],
        kind: GnarlyKind::Symlink {
            target: "t".to_owned(),
            hops: vec![1, 300],
        },
    };
    let payload = GnarlyPayload {
        revision: 1 << 60,
        mount: "/mnt".to_owned(),
        entries: vec![entry],
        footer: Some("end".to_owned()),
        digest: vec![0xde, 0xad],
    };
    let kind = Json::map([("target", "t".into()), ("hops", vec![1u32, 300].into())]);
    let attr = Json::map([("key", "k".into()), ("value", "v".into())]);
    let entry = Json::map([
        ("id", u64::MAX.into()),
        ("parent", Json::Null),
        ("name", "root".into()),
        ("path", "/".into()),
        ("attrs", Json::List(vec![attr])),
        (
            "chunks",
            Json::List(vec![Json::bytes(&[]), Json::bytes(&[1, 2, 3])]),
        ),
        ("kind", Json::map([("Symlink", kind)])),
    ]);
    let shown = Json::map([
        ("revision", (1u64 << 60).into()),
        ("mount", "/mnt".into()),
        ("entries", Json::List(vec![entry])),
        ("footer", "end".into()),
        ("digest", Json::bytes(&[0xde, 0xad])),
    ]);
    list.show("value", "GnarlyPayload", &payload, shown);
}

fn enums(list: &mut List) {
    for color in [Color::Red, Color::Green, Color::Blue] {
        let name = format!("{color:?}");
        list.show(&name, "Color", &color, name.as_str().into());
    }
    let circle = Json::map([("radius", 3.25.into())]);
    let rectangle = Json::map([("width", 10.0.into()), ("height", 20.0.into())]);
    list.show(
        "Circle",
        "Shape",
        &Shape::Circle { radius: 3.25 },
        Json::map([("Circle", circle)]),
    );
    list.show(
        "Rectangle",
        "Shape",
        &Shape::Rectangle {
            width: 10.0,
            height: 20.0,
        },
        Json::map([("Rectangle", rectangle)]),
    );
    list.show("Point", "Shape", &Shape::Point, "Point".into());
    list.show(
        "Text",
        "Message",
        &Message::Text("hi".to_owned()),
        Json::map([("Text", "hi".into())]),
    );
    list.show(
        "Number",
        "Message",
        &Message::Number(-7),
        Json::map([("Number", (-7).into())]),
    );
    let data = Json::map([("Data", Json::bytes(&[1, 2]))]);
    list.show("Data", "Message", &Message::Data(vec![1, 2]), data);
    // The position of a variant is what counts, not the number that Rust gives it.
    list.show("A", "Disc", &Disc::A, "A".into());
    list.show(
        "B",
        "Disc",
        &Disc::B(300),
        Json::map([("B", 300u32.into())]),
    );
    let fields = Json::map([("x", 1u8.into())]);
    list.show("C", "Disc", &Disc::C { x: 1 }, Json::map([("C", fields)]));
    list.show(
        "D",
        "Disc",
        &Disc::D(1, 300),
        Json::map([("D", (1u8, 300u16).into())]),
    );
}

fn vox_error<E>(error: &VoxError<E>, user: impl Fn(&E) -> Json) -> Json {
    match error {
        VoxError::User(value) => Json::map([("User", user(value))]),
        VoxError::UnknownMethod => "UnknownMethod".into(),
        VoxError::InvalidPayload(text) => Json::map([("InvalidPayload", text.as_str().into())]),
        VoxError::Cancelled => "Cancelled".into(),
        VoxError::ConnectionClosed => "ConnectionClosed".into(),
        VoxError::SessionShutdown => "SessionShutdown".into(),
        VoxError::SendFailed => "SendFailed".into(),
        VoxError::Indeterminate => "Indeterminate".into(),
    }
}

fn results(list: &mut List) {
    list.add("Ok", "Result<u32, String>", Ok::<u32, String>(300));
    list.add(
        "Err",
        "Result<u32, String>",
        Err::<u32, String>("no".to_owned()),
    );
    list.add("Ok", "Result<(), ()>", Ok::<(), ()>(()));
    list.add("Err", "Result<(), ()>", Err::<(), ()>(()));
    let ok: Answer<String> = Ok("hello".to_owned());
    list.show(
        "Ok",
        "Result<String, VoxError>",
        &ok,
        Json::map([("Ok", "hello".into())]),
    );
    let ok: Answer<u32> = Ok(42);
    list.show(
        "Ok",
        "Result<u32, VoxError>",
        &ok,
        Json::map([("Ok", 42u32.into())]),
    );
    for error in [
        VoxError::User("oops".to_owned()),
        VoxError::UnknownMethod,
        VoxError::InvalidPayload(String::new()),
        VoxError::InvalidPayload("bad".to_owned()),
        VoxError::Cancelled,
        VoxError::ConnectionClosed,
        VoxError::SessionShutdown,
        VoxError::SendFailed,
        VoxError::Indeterminate,
    ] {
        let shown = vox_error(&error, |text| text.as_str().into());
        let name = format!("{error:?}");
        list.show(&name, "VoxError<String>", &error, shown.clone());
        let answer: Answer<(), String> = Err(error);
        let shown = Json::map([("Err", shown)]);
        list.show(&name, "Result<(), VoxError<String>>", &answer, shown);
    }
    for error in [MathError::DivisionByZero, MathError::Overflow] {
        let answer: Answer<i64, MathError> = Err(VoxError::User(error));
        let shown = Json::map([("User", format!("{error:?}").into())]);
        let shown = Json::map([("Err", shown)]);
        list.show(
            &format!("{error:?}"),
            "Result<i64, VoxError<MathError>>",
            &answer,
            shown,
        );
    }
}
