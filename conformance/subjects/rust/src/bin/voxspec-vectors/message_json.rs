//! Messages as JSON, with the names that the Rust types have.

use vox_schema::BindingDirection;
use vox_types::{
    ChannelBody, ConnectionSettings, Message, MessagePayload, Metadata, MetadataEntry,
    MetadataFlags, MetadataValue, Parity, Payload, RequestBody, SchemaMessage,
};
use voxspec_subject_rust::json::Json;

pub fn message(message: &Message) -> Json {
    Json::map([
        ("connection_id", message.connection_id.0.into()),
        ("payload", body(&message.payload)),
    ])
}

fn variant(name: &str, value: Json) -> Json {
    Json::map([(name, value)])
}

fn body(payload: &MessagePayload) -> Json {
    match payload {
        MessagePayload::ProtocolError(it) => variant(
            "ProtocolError",
            Json::map([("description", it.description.into())]),
        ),
        MessagePayload::ConnectionOpen(it) => variant(
            "ConnectionOpen",
            with_settings(&it.connection_settings, &it.metadata),
        ),
        MessagePayload::ConnectionAccept(it) => variant(
            "ConnectionAccept",
            with_settings(&it.connection_settings, &it.metadata),
        ),
        MessagePayload::ConnectionReject(it) => {
            variant("ConnectionReject", only_metadata(&it.metadata))
        }
        MessagePayload::ConnectionClose(it) => {
            variant("ConnectionClose", only_metadata(&it.metadata))
        }
        MessagePayload::RequestMessage(it) => variant(
            "RequestMessage",
            Json::map([("id", it.id.0.into()), ("body", request_body(&it.body))]),
        ),
        MessagePayload::SchemaMessage(it) => variant("SchemaMessage", schema(it)),
        MessagePayload::ChannelMessage(it) => variant(
            "ChannelMessage",
            Json::map([("id", it.id.0.into()), ("body", channel_body(&it.body))]),
        ),
        MessagePayload::Ping(it) => variant("Ping", Json::map([("nonce", it.nonce.into())])),
        MessagePayload::Pong(it) => variant("Pong", Json::map([("nonce", it.nonce.into())])),
    }
}

fn request_body(body: &RequestBody) -> Json {
    match body {
        RequestBody::Call(it) => variant(
            "Call",
            Json::map([
                ("method_id", it.method_id.0.into()),
                ("metadata", metadata(&it.metadata)),
                ("args", opaque(&it.args)),
                ("schemas", Json::bytes(&it.schemas.0)),
            ]),
        ),
        RequestBody::Response(it) => variant(
            "Response",
            Json::map([
                ("metadata", metadata(&it.metadata)),
                ("ret", opaque(&it.ret)),
                ("schemas", Json::bytes(&it.schemas.0)),
            ]),
        ),
        RequestBody::Cancel(it) => variant("Cancel", only_metadata(&it.metadata)),
    }
}

fn channel_body(body: &ChannelBody) -> Json {
    match body {
        ChannelBody::Item(it) => variant("Item", Json::map([("item", opaque(&it.item))])),
        ChannelBody::Close(it) => variant("Close", only_metadata(&it.metadata)),
        ChannelBody::Reset(it) => variant("Reset", only_metadata(&it.metadata)),
        ChannelBody::GrantCredit(it) => variant(
            "GrantCredit",
            Json::map([("additional", it.additional.into())]),
        ),
    }
}

fn schema(message: &SchemaMessage) -> Json {
    let direction = match message.direction {
        BindingDirection::Args => "Args",
        BindingDirection::Response => "Response",
    };
    Json::map([
        ("method_id", message.method_id.0.into()),
        ("direction", direction.into()),
        ("schemas", Json::bytes(&message.schemas.0)),
    ])
}

fn opaque(payload: &Payload) -> Json {
    match payload {
        Payload::PostcardBytes(bytes) => Json::bytes(bytes),
        Payload::Value { .. } => unreachable!("samples hold encoded payloads"),
    }
}

fn with_settings(settings: &ConnectionSettings, entries: &Metadata) -> Json {
    let parity = match settings.parity {
        Parity::Odd => "Odd",
        Parity::Even => "Even",
    };
    let settings = Json::map([
        ("parity", parity.into()),
        (
            "max_concurrent_requests",
            settings.max_concurrent_requests.into(),
        ),
    ]);
    Json::map([
        ("connection_settings", settings),
        ("metadata", metadata(entries)),
    ])
}

fn only_metadata(entries: &Metadata) -> Json {
    Json::map([("metadata", metadata(entries))])
}

fn metadata(entries: &Metadata) -> Json {
    Json::List(entries.iter().map(metadata_entry).collect())
}

fn metadata_entry(entry: &MetadataEntry) -> Json {
    let value = match &entry.value {
        MetadataValue::String(text) => variant("String", text.as_ref().into()),
        MetadataValue::Bytes(bytes) => variant("Bytes", Json::bytes(bytes)),
        MetadataValue::U64(number) => variant("U64", (*number).into()),
    };
    let bit = |flag, value: u64| if entry.flags.contains(flag) { value } else { 0 };
    let flags = bit(MetadataFlags::SENSITIVE, 1) | bit(MetadataFlags::NO_PROPAGATE, 2);
    Json::map([
        ("key", entry.key.as_ref().into()),
        ("value", value),
        ("flags", flags.into()),
    ])
}
