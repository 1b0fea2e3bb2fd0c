//! Schema payloads: what a peer announces before it sends a value of a type.

use crate::shapes::*;
use facet::{Facet, Shape};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::convert::Infallible;
use std::sync::Arc;
use vox::session::ServiceDescriptor;
use vox::{DriverReplySink, Handler, Rx, Tx};
use vox_schema::{CborPayload, SchemaPayload};
use vox_types::{
    ConnectionId, ConnectionSettings, HandshakeMessage, Message, MetadataEntry, Payload,
    SchemaSendTracker, VoxError,
};
use voxspec_subject_rust::json::{Json, hex};
use voxspec_subject_rust::probe::{ProbeDispatcher, probe_service_descriptor};
use voxspec_subject_rust::probe_service::ProbeService;
use voxspec_subject_rust::service::TestbedService;
use voxspec_subject_rust::testbed::{TestbedDispatcher, testbed_service_descriptor};
use voxspec_subject_rust::types::{
    Canvas, Color, GnarlyPayload, LookupError, MathError, Person, Point,
};

type Row = (String, String, &'static Shape);

/// Each type under the text by which Rust knows it.
macro_rules! named {
    ($($ty:ty,)*) => {
        vec![$((stringify!($ty).to_owned(), stringify!($ty).to_owned(), <$ty>::SHAPE)),*]
    };
}

pub fn vectors() -> Json {
    let rows = [
        methods(),
        scalars(),
        containers(),
        nominal(),
        results(),
        protocol(),
    ];
    Json::List(rows.into_iter().flatten().map(entry).collect())
}

fn entry((name, rust, shape): Row) -> Json {
    let plan = SchemaSendTracker::plan_for_shape(shape)
        .unwrap_or_else(|error| panic!("{name} has no schema: {error:?}"));
    let ids: Vec<_> = plan
        .schemas
        .iter()
        .map(|schema| format!("{:016x}", schema.id.0))
        .collect();
    let mut fields = vec![("name", name.into()), ("rust", rust.as_str().into())];
    let declarations = declarations(&rust);
    if !declarations.is_empty() {
        let lines: Vec<_> = declarations.into_iter().map(one_line).collect();
        fields.push(("declarations", lines.into()));
    }
    fields.push(("ids", ids.into()));
    fields.push(("hex", hex(&plan.to_cbor().0).into()));
    Json::Map(
        fields
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

/// Where the compiler breaks lines is its own affair and no part of a vector.
fn one_line(declaration: &str) -> String {
    let words: Vec<_> = declaration.split_whitespace().collect();
    words.join(" ")
}

/// The declarations of all types that the text speaks of, and of those that they speak of.
fn declarations(rust: &str) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = Vec::new();
    let mut texts = vec![rust];
    while let Some(text) = texts.pop() {
        for declaration in DECLARATIONS {
            if words(text).any(|word| word == declared_name(declaration))
                && !found.contains(declaration)
            {
                found.push(declaration);
                texts.push(declaration);
            }
        }
    }
    found
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}

fn declared_name(declaration: &str) -> &str {
    words(declaration)
        .skip_while(|word| *word != "struct" && *word != "enum")
        .nth(1)
        .expect("a declaration names its type")
}

/// What is announced for each method, in both directions. Those of Probe have the service's name
/// before their own.
fn methods() -> Vec<Row> {
    let testbed = TestbedDispatcher::new(TestbedService);
    let probe = ProbeDispatcher::new(ProbeService);
    let mut rows = methods_of(testbed_service_descriptor(), &testbed, "");
    rows.extend(methods_of(probe_service_descriptor(), &probe, "Probe."));
    rows
}

fn methods_of(
    service: &ServiceDescriptor,
    dispatcher: &impl Handler<DriverReplySink>,
    prefix: &str,
) -> Vec<Row> {
    let mut rows = Vec::new();
    for method in service.methods {
        let name = format!("{prefix}{}", method.method_name);
        let response = dispatcher
            .response_wire_shape(method.id)
            .expect("the dispatcher knows its methods");
        rows.push((
            format!("args:{name}"),
            method.args_shape.to_string(),
            method.args_shape,
        ));
        rows.push((format!("response:{name}"), response.to_string(), response));
    }
    rows
}

fn scalars() -> Vec<Row> {
    named![
        (),
        bool,
        u8,
        u16,
        u32,
        u64,
        u128,
        usize,
        i8,
        i16,
        i32,
        i64,
        i128,
        isize,
        f32,
        f64,
        char,
        String,
        &'static str,
        Cow<'static, str>,
        Infallible,
        std::time::Duration,
    ]
}

fn containers() -> Vec<Row> {
    named![
        Vec<u8>, Vec<u32>, Vec<()>, Vec<Vec<u8>>, Vec<Vec<Vec<u8>>>, Vec<Vec<String>>,
        Vec<Option<u32>>, Option<u32>, Option<()>, Option<Option<u32>>, Option<Vec<u8>>,
        Option<Vec<String>>, Box<u32>, Arc<String>, (u32,), (u32, String), (u8, u8, u8),
        (u8, u16, u32, u64), (Vec<Vec<u8>>,), ((i32, String),), ((u8, u8), (u16,)), ((), (u8,)),
        (Vec<u8>, Vec<String>), (Vec<String>, Vec<u8>), (Vec<String>, Vec<Vec<u8>>),
        [u8; 4], [String; 2], [[u8; 2]; 3], ([u8; 2], [u32; 5]), ([u32; 5], [u8; 2]),
        HashSet<String>, BTreeSet<u8>, HashMap<String, Vec<u8>>, BTreeMap<u8, u8>,
        BTreeMap<u8, BTreeMap<String, Vec<u8>>>, (HashSet<u8>, HashSet<String>),
        Tx<i32>, Rx<i32>, Tx<Vec<u8>>, Tx<(u8, String)>, Rx<Point>, (Rx<i32>, Tx<i32>),
        (Rx<String>, Tx<i32>), (Tx<i32>, Tx<String>), (u32, Rx<u32>), (u32, Tx<u32>),
    ]
}

fn nominal() -> Vec<Row> {
    named![
        Point, Color, Canvas, GnarlyPayload, Vec<Color>, (Point, Vec<Point>),
        BytesFirst, BytesLast, BytesBetween, BytesNested, Arr, ArrA,
        Wrap<u8>, Wrap<u32>, Wrap<String>, Wrap<Vec<u8>>, Wrap<Wrap<u8>>, TwoWrap,
        Gen<u8, u16>, Gen<u8, u8>, Pair<u8, String>, Pair<String, u8>, Pair<u8, u8>,
        (Pair<u8, String>, Pair<String, u8>), Either<u8, String>, Either<u8, u8>,
        GenericTuple<u8>, GenericTuple<String>, GenericTree<u32>, GenericTree<String>,
        Node, (Node,), Vec<Node>, Outer, TreeNode, Tree, (Tree,), M1, M2, M3, (M1, M2), A1, B1,
        Expr, ExprBody, MapNode, Document, TwoCycles, (Node, Outer),
        Unit0, EmptyS, NT, NTT, Blob, TS, Newtypes, (NTT, NT), Vec<NTT>, Disc, Payloads,
        Dflt, DefaultInVariant, Ren, RenE, TupN, Sets, StrKinds, Refs<'static>, Options, Channels,
    ]
}

fn results() -> Vec<Row> {
    named![
        VoxError, VoxError<String>, VoxError<MathError>, Result<String, VoxError>,
        Result<(), VoxError>, Result<u32, VoxError<String>>, Result<String, VoxError<String>>,
        Result<String, String>, Result<u32, String>, Result<(), ()>, Result<Option<u32>, String>,
        Result<Vec<u8>, VoxError<MathError>>, Result<Person, VoxError<LookupError>>,
        Result<Vec<Color>, VoxError>, Result<Result<u8, u16>, VoxError>,
    ]
}

/// Types of the protocol itself.
fn protocol() -> Vec<Row> {
    named![
        ConnectionId,
        CborPayload,
        Payload<'static>,
        ConnectionSettings,
        MetadataEntry<'static>,
        Message<'static>,
        HandshakeMessage,
        SchemaPayload,
    ]
}
