//! A Hello as another implementation may write it: every map in another order and one field more.

use vox_types::HandshakeMessage;

use crate::handshake;

/// The same message with the keys of every map in reverse, but for the tag, which has to come
/// first, and with a field that 0.4.0 does not know.
pub fn foreign_hello(hello: &HandshakeMessage) -> Vec<u8> {
    let bytes = handshake::encode(hello);
    let (reordered, rest) = reorder(&bytes);
    assert!(rest.is_empty(), "a handshake message is one item");
    // {"Hello": {…}}: the inner map's head is the byte after the key, and holds a count below 23.
    let inner = 1 + "Hello".len() + 1;
    assert_eq!(reordered[inner] >> 5, 5, "a Hello is a map");
    let mut foreign = reordered[..inner].to_vec();
    foreign.push(reordered[inner] + 1);
    foreign.extend([0x66]);
    foreign.extend(b"future");
    foreign.push(0x07);
    foreign.extend(&reordered[inner + 1..]);
    foreign
}

/// The first item of the bytes with its maps reordered, and what follows it.
fn reorder(bytes: &[u8]) -> (Vec<u8>, &[u8]) {
    let (major, argument, head) = head(bytes);
    let mut item = bytes[..head].to_vec();
    let mut rest = &bytes[head..];
    match major {
        2 | 3 => {
            let (text, after) = rest.split_at(argument);
            item.extend(text);
            rest = after;
        }
        4 => {
            for _ in 0..argument {
                let (inner, after) = reorder(rest);
                item.extend(inner);
                rest = after;
            }
        }
        5 => {
            let mut entries = Vec::new();
            for _ in 0..argument {
                let (mut entry, after) = reorder(rest);
                let (value, after) = reorder(after);
                entry.extend(value);
                entries.push(entry);
                rest = after;
            }
            let tagged = entries
                .first()
                .is_some_and(|entry| entry.starts_with(b"\x63tag"));
            entries[usize::from(tagged)..].reverse();
            item.extend(entries.concat());
        }
        _ => {}
    }
    (item, rest)
}

/// The major type of an item, its argument, and the length of its head.
fn head(bytes: &[u8]) -> (u8, usize, usize) {
    let (major, info) = (bytes[0] >> 5, bytes[0] & 0x1f);
    if info < 24 {
        return (major, usize::from(info), 1);
    }
    let width = 1 << (info - 24);
    let argument = bytes[1..=width]
        .iter()
        .fold(0u64, |argument, byte| argument << 8 | u64::from(*byte));
    // A number may have any value; only lengths and counts are used.
    (major, argument as usize, 1 + width)
}
