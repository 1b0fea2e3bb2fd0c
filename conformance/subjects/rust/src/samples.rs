//! Messages of every kind, used for the vectors and for the benchmark.

use crate::release::connection_settings;
use facet::Facet;
use vox_schema::{BindingDirection, CborPayload};
use vox_types::{
    ChannelBody, ChannelClose, ChannelGrantCredit, ChannelId, ChannelItem, ChannelMessage,
    ChannelReset, ConnectionAccept, ConnectionClose, ConnectionId, ConnectionOpen,
    ConnectionReject, ConnectionSettings, Message, MessagePayload, Metadata, MetadataEntry,
    MethodId, Parity, Payload, Ping, Pong, ProtocolError, RequestBody, RequestCall, RequestCancel,
    RequestId, RequestMessage, RequestResponse, SchemaMessage, SchemaSendTracker, VoxError,
    method_id_name_only,
};

pub struct Sample {
    /// The kind, and behind a slash what is particular about this sample of it.
    pub name: String,
    pub message: Message<'static>,
}

impl Sample {
    pub fn new(name: &str, connection: u64, payload: MessagePayload<'static>) -> Self {
        Self {
            name: name.to_owned(),
            message: Message {
                connection_id: ConnectionId(connection),
                payload,
            },
        }
    }

    pub fn kind(&self) -> &str {
        self.name.split('/').next().unwrap_or(&self.name)
    }
}

/// The payload that holds an encoded value. The bytes live for the rest of the process,
/// because a message only borrows them.
pub fn payload<T: Facet<'static>>(value: &T) -> Payload<'static> {
    raw_payload(vox_postcard::to_vec(value).expect("a sample value is encodable"))
}

pub fn raw_payload(bytes: Vec<u8>) -> Payload<'static> {
    Payload::PostcardBytes(Vec::leak(bytes))
}

pub fn settings(parity: Parity, max_concurrent_requests: u32) -> ConnectionSettings {
    connection_settings(parity, max_concurrent_requests)
}

pub fn request(id: u64, body: RequestBody<'static>) -> MessagePayload<'static> {
    MessagePayload::RequestMessage(RequestMessage {
        id: RequestId(id),
        body,
    })
}

pub fn call(
    method: u64,
    metadata: Metadata<'static>,
    args: Payload<'static>,
) -> RequestBody<'static> {
    RequestBody::Call(RequestCall {
        method_id: MethodId(method),
        metadata,
        args,
        schemas: CborPayload::default(),
    })
}

pub fn response(ret: Payload<'static>) -> RequestBody<'static> {
    RequestBody::Response(RequestResponse {
        metadata: vec![],
        ret,
        schemas: CborPayload::default(),
    })
}

pub fn channel(id: u64, body: ChannelBody<'static>) -> MessagePayload<'static> {
    MessagePayload::ChannelMessage(ChannelMessage {
        id: ChannelId(id),
        body,
    })
}

pub fn echo_id() -> u64 {
    method_id_name_only("Testbed", "echo").0
}

/// What an answer without a value of its own looks like.
pub type Answer<T, E = std::convert::Infallible> = Result<T, VoxError<E>>;

/// One plain message of each kind, without metadata of the kind Bytes: a Rust peer can
/// send such metadata but cannot read it.
pub fn one_of_each() -> Vec<Sample> {
    let unit_args = SchemaSendTracker::plan_for_shape(<()>::SHAPE).expect("unit has a schema");
    vec![
        Sample::new(
            "protocol_error",
            0,
            MessagePayload::ProtocolError(ProtocolError { description: "bad" }),
        ),
        Sample::new(
            "connection_open",
            3,
            MessagePayload::ConnectionOpen(ConnectionOpen {
                connection_settings: settings(Parity::Even, 64),
                metadata: vec![MetadataEntry::str("vox-service", "Kv")],
            }),
        ),
        Sample::new(
            "connection_accept",
            3,
            MessagePayload::ConnectionAccept(ConnectionAccept {
                connection_settings: settings(Parity::Odd, 64),
                metadata: vec![],
            }),
        ),
        Sample::new(
            "connection_reject",
            3,
            MessagePayload::ConnectionReject(ConnectionReject { metadata: vec![] }),
        ),
        Sample::new(
            "connection_close",
            3,
            MessagePayload::ConnectionClose(ConnectionClose { metadata: vec![] }),
        ),
        Sample::new(
            "call",
            0,
            request(
                1,
                call(
                    echo_id(),
                    vec![MetadataEntry::u64("vox-operation-id", 1)],
                    payload(&("hi".to_owned(),)),
                ),
            ),
        ),
        Sample::new(
            "response",
            0,
            request(1, response(payload::<Answer<String>>(&Ok("hi".to_owned())))),
        ),
        Sample::new(
            "cancel",
            0,
            request(1, RequestBody::Cancel(RequestCancel { metadata: vec![] })),
        ),
        Sample::new(
            "schema",
            0,
            MessagePayload::SchemaMessage(SchemaMessage {
                method_id: method_id_name_only("Testbed", "all_colors"),
                direction: BindingDirection::Args,
                schemas: unit_args.to_cbor(),
            }),
        ),
        Sample::new(
            "item",
            0,
            channel(
                1,
                ChannelBody::Item(ChannelItem {
                    item: payload(&5i32),
                }),
            ),
        ),
        Sample::new(
            "close",
            0,
            channel(1, ChannelBody::Close(ChannelClose { metadata: vec![] })),
        ),
        Sample::new(
            "reset",
            0,
            channel(1, ChannelBody::Reset(ChannelReset { metadata: vec![] })),
        ),
        Sample::new(
            "grant_credit",
            0,
            channel(
                1,
                ChannelBody::GrantCredit(ChannelGrantCredit { additional: 8 }),
            ),
        ),
        Sample::new("ping", 0, MessagePayload::Ping(Ping { nonce: 300 })),
        Sample::new("pong", 0, MessagePayload::Pong(Pong { nonce: 300 })),
    ]
}
