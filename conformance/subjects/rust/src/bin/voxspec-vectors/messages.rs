//! Messages of every kind and their bytes.

use crate::message_json::message;
use vox_schema::{BindingDirection, CborPayload};
use vox_types::{
    ChannelBody, ChannelClose, ChannelGrantCredit, ChannelItem, ChannelReset, ConnectionAccept,
    ConnectionClose, ConnectionOpen, ConnectionReject, Message, MessagePayload, Metadata,
    MetadataEntry, MetadataFlags, MethodId, Parity, Payload, Ping, Pong, ProtocolError,
    RequestBody, RequestCall, RequestCancel, RequestResponse, SchemaMessage, VoxError,
};
use voxspec_subject_rust::json::{Json, hex};
use voxspec_subject_rust::samples::*;

pub fn vectors() -> Json {
    let mut samples = one_of_each();
    samples.extend(control());
    samples.extend(connections());
    samples.extend(requests());
    samples.extend(channels());
    Json::List(samples.iter().map(entry).collect())
}

fn entry(sample: &Sample) -> Json {
    let bytes = vox_postcard::to_vec(&sample.message).expect("messages are encodable");
    let decodes = vox_postcard::from_slice_borrowed::<Message>(&bytes).is_ok();
    Json::map([
        ("name", sample.name.as_str().into()),
        ("kind", sample.kind().into()),
        ("connection_id", sample.message.connection_id.0.into()),
        // A message with metadata of the kind Bytes is written but not read.
        ("decodes_in_rust", decodes.into()),
        ("hex", hex(&bytes).into()),
        ("value", message(&sample.message)),
    ])
}

/// One entry of each kind of value, with each flag.
fn every_kind() -> Metadata<'static> {
    let both = MetadataFlags::SENSITIVE | MetadataFlags::NO_PROPAGATE;
    vec![
        MetadataEntry::str("trace-id", "abc123"),
        MetadataEntry::bytes("auth", vec![0xde, 0xad, 0xbe, 0xef]).with_flags(both),
        MetadataEntry::u64("attempt", 2),
    ]
}

fn without_bytes() -> Metadata<'static> {
    vec![
        MetadataEntry::str("trace-id", "abc123").with_flags(MetadataFlags::SENSITIVE),
        MetadataEntry::u64("attempt", 2).with_flags(MetadataFlags::NO_PROPAGATE),
    ]
}

/// Values at the edges: empty, long enough for a length of two bytes, largest.
fn edges() -> Metadata<'static> {
    vec![
        MetadataEntry::str("", ""),
        MetadataEntry::str("k".repeat(130), "ß".repeat(70)),
        MetadataEntry::bytes("empty", Vec::new()),
        MetadataEntry::bytes("long", vec![0xa5; 200]),
        MetadataEntry::u64("zero", 0),
        MetadataEntry::u64("two-bytes", 128),
        MetadataEntry::u64("largest", u64::MAX),
        MetadataEntry::u64("zero", 1),
    ]
}

fn protocol_error(description: &'static str) -> MessagePayload<'static> {
    MessagePayload::ProtocolError(ProtocolError { description })
}

fn control() -> Vec<Sample> {
    let ping = |nonce| MessagePayload::Ping(Ping { nonce });
    let pong = |nonce| MessagePayload::Pong(Pong { nonce });
    let long: &'static str = String::leak("x".repeat(300));
    vec![
        Sample::new("protocol_error/empty", 0, protocol_error("")),
        Sample::new("protocol_error/unicode", 0, protocol_error("größe 世界 🦀")),
        Sample::new("protocol_error/long", 0, protocol_error(long)),
        Sample::new(
            "protocol_error/on-connection",
            5,
            protocol_error("bad frame sequence"),
        ),
        Sample::new("ping/zero", 0, ping(0)),
        Sample::new("ping/largest", 0, ping(u64::MAX)),
        Sample::new("ping/largest-connection", u64::MAX, ping(127)),
        Sample::new("pong/zero", 0, pong(0)),
        Sample::new("pong/largest", 128, pong(u64::MAX)),
    ]
}

fn open(parity: Parity, limit: u32, metadata: Metadata<'static>) -> MessagePayload<'static> {
    MessagePayload::ConnectionOpen(ConnectionOpen {
        connection_settings: settings(parity, limit),
        metadata,
    })
}

fn accept(parity: Parity, limit: u32, metadata: Metadata<'static>) -> MessagePayload<'static> {
    MessagePayload::ConnectionAccept(ConnectionAccept {
        connection_settings: settings(parity, limit),
        metadata,
    })
}

fn connections() -> Vec<Sample> {
    let reject = |metadata| MessagePayload::ConnectionReject(ConnectionReject { metadata });
    let close = |metadata| MessagePayload::ConnectionClose(ConnectionClose { metadata });
    vec![
        Sample::new(
            "connection_open/no-metadata",
            1,
            open(Parity::Odd, 64, vec![]),
        ),
        Sample::new(
            "connection_open/no-requests",
            1,
            open(Parity::Odd, 0, vec![]),
        ),
        Sample::new(
            "connection_open/many-requests",
            300,
            open(Parity::Even, u32::MAX, without_bytes()),
        ),
        Sample::new(
            "connection_open/metadata",
            2,
            open(Parity::Odd, 64, every_kind()),
        ),
        Sample::new("connection_open/edges", 2, open(Parity::Odd, 64, edges())),
        Sample::new(
            "connection_accept/even",
            16384,
            accept(Parity::Even, 128, without_bytes()),
        ),
        Sample::new(
            "connection_accept/metadata",
            2,
            accept(Parity::Even, 96, every_kind()),
        ),
        Sample::new(
            "connection_reject/error",
            1,
            reject(vec![MetadataEntry::str(
                "error",
                "protocol error: missing required vox-service metadata",
            )]),
        ),
        Sample::new("connection_reject/metadata", 4, reject(every_kind())),
        Sample::new(
            "connection_close/u64",
            2,
            close(vec![MetadataEntry::u64("code", 7)]),
        ),
        Sample::new("connection_close/metadata", 2, close(every_kind())),
    ]
}

fn call_with(schemas: Vec<u8>, metadata: Metadata<'static>) -> RequestBody<'static> {
    RequestBody::Call(RequestCall {
        method_id: MethodId(echo_id()),
        metadata,
        args: payload(&("x".to_owned(),)),
        schemas: CborPayload(schemas),
    })
}

fn response_with(schemas: Vec<u8>, metadata: Metadata<'static>) -> RequestBody<'static> {
    RequestBody::Response(RequestResponse {
        metadata,
        ret: payload::<Answer<u64>>(&Ok(0xface_b00c)),
        schemas: CborPayload(schemas),
    })
}

fn schema(method: u64, direction: BindingDirection, schemas: Vec<u8>) -> MessagePayload<'static> {
    MessagePayload::SchemaMessage(SchemaMessage {
        method_id: MethodId(method),
        direction,
        schemas: CborPayload(schemas),
    })
}

fn requests() -> Vec<Sample> {
    let answer = |error: VoxError<String>| response(payload::<Answer<(), String>>(&Err(error)));
    let cancel = |metadata| RequestBody::Cancel(RequestCancel { metadata });
    let hello = || payload(&("hello".to_owned(),));
    vec![
        Sample::new(
            "call/no-metadata",
            0,
            request(3, call(echo_id(), vec![], hello())),
        ),
        Sample::new(
            "call/no-args",
            0,
            request(3, call(0, vec![], raw_payload(vec![]))),
        ),
        Sample::new(
            "call/long-args",
            1,
            request(127, call(1, vec![], raw_payload(vec![0x5a; 300]))),
        ),
        Sample::new(
            "call/extremes",
            u64::MAX,
            request(u64::MAX, call(u64::MAX, edges(), hello())),
        ),
        Sample::new(
            "call/metadata",
            2,
            request(
                11,
                call(
                    0xe5a1_d6b2_c390_f001,
                    every_kind(),
                    payload(&0x1234_5678u32),
                ),
            ),
        ),
        Sample::new(
            "call/inline-schemas",
            0,
            request(1, call_with(vec![0xa0], without_bytes())),
        ),
        Sample::new(
            "response/unknown-method",
            0,
            request(1, answer(VoxError::UnknownMethod)),
        ),
        Sample::new(
            "response/invalid-payload",
            0,
            request(1, answer(VoxError::InvalidPayload("no".to_owned()))),
        ),
        Sample::new(
            "response/cancelled",
            0,
            request(1, answer(VoxError::Cancelled)),
        ),
        Sample::new(
            "response/indeterminate",
            0,
            request(1, answer(VoxError::Indeterminate)),
        ),
        Sample::new(
            "response/user-error",
            0,
            request(1, answer(VoxError::User("oops".to_owned()))),
        ),
        Sample::new(
            "response/unit",
            0,
            request(1, response(payload::<Answer<()>>(&Ok(())))),
        ),
        Sample::new(
            "response/metadata",
            2,
            request(11, response_with(vec![], every_kind())),
        ),
        Sample::new(
            "response/inline-schemas",
            2,
            request(11, response_with(vec![0xa0, 0x00], vec![])),
        ),
        Sample::new("cancel/metadata", 2, request(11, cancel(every_kind()))),
        Sample::new(
            "cancel/largest",
            0,
            request(u64::MAX, cancel(without_bytes())),
        ),
        Sample::new(
            "schema/response",
            1,
            schema(echo_id(), BindingDirection::Response, vec![0xa0]),
        ),
        Sample::new("schema/empty", 0, schema(0, BindingDirection::Args, vec![])),
        Sample::new(
            "schema/largest",
            0,
            schema(u64::MAX, BindingDirection::Response, vec![0xff; 128]),
        ),
    ]
}

fn channels() -> Vec<Sample> {
    let item = |item: Payload<'static>| ChannelBody::Item(ChannelItem { item });
    let close = |metadata| ChannelBody::Close(ChannelClose { metadata });
    let reset = |metadata| ChannelBody::Reset(ChannelReset { metadata });
    let grant = |additional| ChannelBody::GrantCredit(ChannelGrantCredit { additional });
    vec![
        Sample::new("item/u16", 2, channel(3, item(payload(&77u16)))),
        Sample::new("item/empty", 0, channel(0, item(raw_payload(vec![])))),
        Sample::new(
            "item/long",
            0,
            channel(u64::MAX, item(payload(&"x".repeat(200)))),
        ),
        Sample::new("close/metadata", 2, channel(3, close(every_kind()))),
        Sample::new("reset/metadata", 2, channel(3, reset(every_kind()))),
        Sample::new("reset/without-bytes", 2, channel(3, reset(without_bytes()))),
        Sample::new("grant_credit/none", 0, channel(2, grant(0))),
        Sample::new("grant_credit/two-bytes", 2, channel(3, grant(1024))),
        Sample::new("grant_credit/largest", 0, channel(128, grant(u32::MAX))),
    ]
}
