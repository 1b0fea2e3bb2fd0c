//! The messages of the handshake, and the schemas that both sides send in it.

use crate::cbor;
use facet::Facet;
use vox_types::{
    ConnectionSettings, HandshakeMessage, Hello, HelloYourself, LetsGo, Message, Metadata,
    MetadataEntry, MetadataFlags, Parity, ResumeKeyBytes, Schema, SessionResumeKey, Sorry,
    extract_schemas,
};
use voxspec_subject_rust::json::{Json, hex};
use voxspec_subject_rust::samples::settings;

pub fn vectors() -> Json {
    let schemas = message_schemas();
    let cbor = facet_cbor::to_vec(&schemas).expect("schemas are encodable");
    let ids: Vec<_> = schemas
        .iter()
        .map(|schema| format!("{:016x}", schema.id.0))
        .collect();
    Json::map([
        (
            "message_payload_schema",
            Json::map([
                ("count", schemas.len().into()),
                ("length", cbor.len().into()),
                ("ids", ids.into()),
                ("hex", hex(&cbor).into()),
            ]),
        ),
        (
            "messages",
            Json::List(
                messages()
                    .iter()
                    .map(|(name, message)| entry(name, message))
                    .collect(),
            ),
        ),
    ])
}

fn message_schemas() -> Vec<Schema> {
    let extracted = extract_schemas(Message::<'static>::SHAPE).expect("messages have schemas");
    extracted.schemas.clone()
}

fn entry(name: &str, message: &HandshakeMessage) -> Json {
    let bytes = facet_cbor::to_vec(message).expect("handshake messages are encodable");
    let decodes = facet_cbor::from_slice::<HandshakeMessage>(&bytes).is_ok();
    Json::map([
        ("name", name.into()),
        // Metadata of the kind Bytes is written as a list of numbers and then not read.
        ("decodes_in_rust", decodes.into()),
        ("hex", hex(&bytes).into()),
        ("value", cbor::shown(&bytes)),
    ])
}

fn messages() -> Vec<(&'static str, HandshakeMessage)> {
    let odd = || settings(Parity::Odd, 64);
    let even = || settings(Parity::Even, 64);
    let service = || vec![MetadataEntry::str("vox-service", "Testbed")];
    let short = || message_schemas().into_iter().take(4).collect();
    vec![
        (
            "hello",
            hello(
                odd(),
                vec![],
                None,
                vec![MetadataEntry::str("vox-service", "Echo")],
            ),
        ),
        (
            "hello/schemas",
            hello(odd(), message_schemas(), None, service()),
        ),
        ("hello/some-schemas", hello(odd(), short(), None, service())),
        (
            "hello/resume-key",
            hello(odd(), vec![], Some(key()), service()),
        ),
        ("hello/even", hello(even(), vec![], None, vec![])),
        (
            "hello/no-requests",
            hello(settings(Parity::Odd, 0), vec![], None, vec![]),
        ),
        (
            "hello/many-requests",
            hello(settings(Parity::Odd, u32::MAX), vec![], None, vec![]),
        ),
        ("hello/metadata", hello(odd(), vec![], None, metadata())),
        (
            "hello/metadata-bytes",
            hello(
                odd(),
                vec![],
                None,
                vec![MetadataEntry::bytes("b", vec![1, 2, 255])],
            ),
        ),
        (
            "hello_yourself",
            hello_yourself(even(), vec![], Some(key()), service()),
        ),
        (
            "hello_yourself/no-key",
            hello_yourself(even(), vec![], None, vec![]),
        ),
        (
            "hello_yourself/schemas",
            hello_yourself(even(), message_schemas(), Some(key()), service()),
        ),
        (
            "hello_yourself/odd",
            hello_yourself(odd(), vec![], Some(key()), metadata()),
        ),
        ("lets_go", HandshakeMessage::LetsGo(LetsGo {})),
        ("sorry", sorry("no")),
        ("sorry/empty", sorry("")),
        ("sorry/long", sorry(&"ä".repeat(200))),
    ]
}

fn metadata() -> Metadata<'static> {
    vec![
        MetadataEntry::str("vox-service", "Testbed"),
        MetadataEntry::u64("n", 300),
        MetadataEntry::u64("largest", u64::MAX).with_flags(MetadataFlags::SENSITIVE),
        MetadataEntry::str("", "")
            .with_flags(MetadataFlags::SENSITIVE | MetadataFlags::NO_PROPAGATE),
    ]
}

fn key() -> ResumeKeyBytes {
    ResumeKeyBytes::from_key(&SessionResumeKey(std::array::from_fn(|i| i as u8)))
}

fn hello(
    connection_settings: ConnectionSettings,
    message_payload_schema: Vec<Schema>,
    resume_key: Option<ResumeKeyBytes>,
    metadata: Metadata<'static>,
) -> HandshakeMessage {
    HandshakeMessage::Hello(Hello {
        parity: connection_settings.parity,
        connection_settings,
        message_payload_schema,
        supports_retry: true,
        resume_key,
        metadata,
    })
}

fn hello_yourself(
    connection_settings: ConnectionSettings,
    message_payload_schema: Vec<Schema>,
    resume_key: Option<ResumeKeyBytes>,
    metadata: Metadata<'static>,
) -> HandshakeMessage {
    HandshakeMessage::HelloYourself(HelloYourself {
        connection_settings,
        message_payload_schema,
        supports_retry: true,
        resume_key,
        metadata,
    })
}

fn sorry(reason: &str) -> HandshakeMessage {
    HandshakeMessage::Sorry(Sorry {
        reason: reason.to_owned(),
    })
}
