//! Messages on the way through a bare conduit.

use facet::Facet;
use facet_reflect::Peek;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use vox::{
    Backing, BareConduit, Conduit, ConduitRx, HandshakeResult, Link, LinkRx, LinkTx, MessageFamily,
    MessagePlan, SelfRef, SessionRole,
};
use vox_types::{Message, Parity, extract_schemas};
use voxspec_subject_rust::samples::settings;

/// Encodes as a conduit does before it hands the bytes to its link: one pass that plans the
/// pieces, one that copies them.
pub fn encode(message: &Message<'_>) -> Vec<u8> {
    let plan = vox_postcard::peek_to_scatter_plan(Peek::new(message)).expect("encodable");
    let mut bytes = vec![0; plan.total_size()];
    plan.write_into(&mut bytes);
    bytes
}

/// The receiving half of a real conduit, on a link that yields the same payload for ever.
/// What is timed therefore holds one copy of the payload, as every link makes one.
pub struct Receiver {
    rx: <BareConduit<MessageFamily, Repeating> as Conduit>::Rx,
}

impl Receiver {
    /// With the translation plan that two peers of this version agree on.
    pub fn new(payload: &[u8]) -> Self {
        let schema = extract_schemas(Message::<'static>::SHAPE).expect("messages have schemas");
        let handshake = HandshakeResult {
            role: SessionRole::Acceptor,
            our_settings: settings(Parity::Even, 64),
            peer_settings: settings(Parity::Odd, 64),
            peer_supports_retry: true,
            session_resume_key: None,
            peer_resume_key: None,
            our_schema: schema.schemas.clone(),
            peer_schema: schema.schemas.clone(),
            peer_metadata: vec![],
        };
        let plan = MessagePlan::from_handshake(&handshake).expect("equal schemas translate");
        let link = Repeating(payload.into());
        let (_, rx) = BareConduit::with_message_plan(link, plan).split();
        Self { rx }
    }

    pub fn receive(&mut self) -> SelfRef<Message<'static>> {
        match at_once(self.rx.recv()) {
            Ok(Some(message)) => message,
            Ok(None) => unreachable!("the link never ends"),
            Err(error) => panic!("{error}"),
        }
    }
}

/// The link has its payload ready, so that nothing ever waits.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("nothing to wait for"),
    }
}

struct Repeating(Box<[u8]>);

struct Nowhere;

impl Link for Repeating {
    type Tx = Nowhere;
    type Rx = Self;

    fn split(self) -> (Nowhere, Self) {
        (Nowhere, self)
    }
}

impl LinkRx for Repeating {
    type Error = Infallible;

    async fn recv(&mut self) -> Result<Option<Backing>, Infallible> {
        Ok(Some(Backing::Boxed(self.0.clone())))
    }
}

impl LinkTx for Nowhere {
    async fn send(&self, _bytes: Vec<u8>) -> io::Result<()> {
        Ok(())
    }

    async fn close(self) -> io::Result<()> {
        Ok(())
    }
}
