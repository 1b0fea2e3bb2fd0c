//! The handshake messages, which are CBOR.

use facet::Facet;
use vox_types::{extract_schemas, HandshakeMessage, Hello, Message, MetadataEntry, Parity};
use voxspec_subject_rust::samples::settings;

/// A Hello as an initiator sends it, with the schemas of all messages.
pub fn full_hello() -> HandshakeMessage {
    let schemas = extract_schemas(Message::<'static>::SHAPE).expect("messages have schemas");
    HandshakeMessage::Hello(Hello {
        parity: Parity::Odd,
        connection_settings: settings(Parity::Odd, 64),
        message_payload_schema: schemas.schemas.clone(),
        supports_retry: true,
        resume_key: None,
        metadata: vec![MetadataEntry::str("vox-service", "Testbed")],
    })
}

pub fn encode(message: &HandshakeMessage) -> Vec<u8> {
    facet_cbor::to_vec(message).expect("handshake messages are encodable")
}

pub fn decode(bytes: &[u8]) -> HandshakeMessage {
    facet_cbor::from_slice(bytes).expect("what was encoded decodes")
}
