//! The hellos and frames of the stable conduit.
//!
//! The crates keep these types to themselves, so that their bytes are taken from a link:
//! here stands a peer that knows just enough to let the conduit under test speak.

use std::collections::VecDeque;
use std::io;
use tokio::runtime::Builder;
use vox::{
    Attachment, Conduit, ConduitRx, ConduitTx, Link, LinkRx, LinkSource, LinkTx, MemoryLink,
    MessageFamily, StableConduit, memory_link_pair, prepare_acceptor_attachment,
    single_attachment_source,
};
use vox_types::{ConnectionId, Message, MessagePayload, Ping, Pong};
use voxspec_subject_rust::json::{Json, hex};

const KEY: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// Where the key begins in a hello of either side.
const KEY_START: usize = 5;

pub fn vectors() -> Json {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime without threads always starts");
    runtime.block_on(async {
        let mut entries = initiator().await;
        entries.extend(acceptor().await);
        Json::List(entries)
    })
}

fn entry(name: &str, about: &str, bytes: &[u8]) -> Json {
    Json::map([
        ("name", name.into()),
        ("about", about.into()),
        ("hex", hex(bytes).into()),
    ])
}

/// The links that the initiator dials, one after the other.
struct Links(VecDeque<MemoryLink>);

impl LinkSource for Links {
    type Link = MemoryLink;

    async fn next_link(&mut self) -> io::Result<Attachment<MemoryLink>> {
        let link = self.0.pop_front();
        link.map(Attachment::initiator)
            .ok_or_else(|| io::Error::other("no further link"))
    }
}

type Tx = <MemoryLink as Link>::Tx;
type Rx = <MemoryLink as Link>::Rx;

/// The answer of an acceptor that knows our key, with what it last received.
fn server_hello(last_received: Option<u32>) -> Vec<u8> {
    let mut hello = b"VOSH".to_vec();
    hello.push(if last_received.is_some() { 0b10 } else { 0 });
    hello.extend(KEY);
    hello.extend(last_received.unwrap_or(0).to_le_bytes());
    hello
}

async fn received(rx: &mut Rx) -> Vec<u8> {
    let payload = rx.recv().await.expect("a memory link does not fail");
    payload.expect("the link is open").as_bytes().to_vec()
}

async fn send(tx: &Tx, bytes: Vec<u8>) {
    tx.send(bytes).await.expect("the link is open");
}

fn ping(nonce: u64) -> Message<'static> {
    Message {
        connection_id: ConnectionId(0),
        payload: MessagePayload::Ping(Ping { nonce }),
    }
}

fn pong(nonce: u64) -> Message<'static> {
    Message {
        connection_id: ConnectionId(0),
        payload: MessagePayload::Pong(Pong { nonce }),
    }
}

async fn put<C: ConduitTx<Msg = MessageFamily>>(tx: &C, message: Message<'static>) {
    let Ok(prepared) = tx.prepare_send(message) else {
        panic!("a ping is encodable");
    };
    assert!(tx.send_prepared(prepared).await.is_ok(), "the link is open");
}

/// Everything an initiator says: on a first link, and on a second one after the loss of it.
async fn initiator() -> Vec<Json> {
    let (first, first_peer) = memory_link_pair(16);
    let (second, second_peer) = memory_link_pair(16);
    let (peer_tx, mut peer_rx) = first_peer.split();
    let (next_tx, mut next_rx) = second_peer.split();
    // Answers may lie on the link before they are asked for: the conduit reads in order.
    send(&peer_tx, server_hello(None)).await;
    send(&next_tx, server_hello(Some(0))).await;
    let links = Links([first, second].into());
    let conduit = StableConduit::<MessageFamily, _>::new(links)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let (tx, mut rx) = conduit.split();
    let mut entries = vec![entry(
        "client_hello",
        "the first hello: no key, nothing received",
        &received(&mut peer_rx).await,
    )];
    put(&tx, ping(5)).await;
    let frame = received(&mut peer_rx).await;
    entries.push(entry("frame", "sequence 0, no ack, Ping 5", &frame));
    // A frame of ours: sequence 0, ack 0, Pong 5.
    send(&peer_tx, vec![0, 1, 0, 3, 0, 0, 0, 0, 9, 5]).await;
    assert!(matches!(rx.recv().await, Ok(Some(_))), "the frame is read");
    put(&tx, ping(300)).await;
    let frame = received(&mut peer_rx).await;
    entries.push(entry("frame/ack", "sequence 1, ack 0, Ping 300", &frame));
    drop((peer_tx, peer_rx));
    // The loss is noticed by whoever reads.
    let reading = tokio::spawn(async move { rx.recv().await.map(drop).is_ok() });
    let hello = received(&mut next_rx).await;
    entries.push(entry(
        "client_hello/resume",
        "the hello on a second link: the key it was given, and 0 as last received",
        &hello,
    ));
    let frame = received(&mut next_rx).await;
    entries.push(entry(
        "frame/replayed",
        "sequence 1 again, as the peer had only 0",
        &frame,
    ));
    reading.abort();
    entries
}

/// Everything an acceptor says.
async fn acceptor() -> Vec<Json> {
    let (link, peer) = memory_link_pair(16);
    let (peer_tx, mut peer_rx) = peer.split();
    let mut hello = b"VOCH".to_vec();
    hello.extend([0; 21]);
    send(&peer_tx, hello).await;
    let attachment = prepare_acceptor_attachment(link)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let conduit = StableConduit::<MessageFamily, _>::new(single_attachment_source(attachment))
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let mut hello = received(&mut peer_rx).await;
    hello[KEY_START..KEY_START + KEY.len()].copy_from_slice(&KEY);
    let (tx, mut rx) = conduit.split();
    send(&peer_tx, vec![0, 0, 3, 0, 0, 0, 0, 8, 5]).await;
    assert!(matches!(rx.recv().await, Ok(Some(_))), "the frame is read");
    put(&tx, pong(5)).await;
    vec![
        entry(
            "server_hello",
            "the answer to a first hello; its key is random and here replaced by 00 to 0f",
            &hello,
        ),
        entry(
            "frame/answer",
            "sequence 0, ack 0, Pong 5",
            &received(&mut peer_rx).await,
        ),
    ]
}
