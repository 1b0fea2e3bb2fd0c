//! CBOR shown as JSON, as far as the handshake and the schemas use it.

use voxspec_subject_rust::json::Json;

/// The one item that the bytes hold.
pub fn shown(bytes: &[u8]) -> Json {
    let mut reader = Reader { bytes };
    let item = reader.item();
    assert!(reader.bytes.is_empty(), "bytes behind the item");
    item
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.bytes.split_at(count);
        self.bytes = rest;
        taken
    }

    fn argument(&mut self, information: u8) -> u64 {
        if information < 24 {
            return information.into();
        }
        let width = 1 << (information - 24);
        let bytes = self.take(width).iter();
        bytes.fold(0, |value, byte| value << 8 | u64::from(*byte))
    }

    fn item(&mut self) -> Json {
        let head = self.take(1)[0];
        let (major, information) = (head >> 5, head & 31);
        if major == 7 {
            return simple(information);
        }
        let argument = self.argument(information);
        match major {
            0 => argument.into(),
            1 => (-1 - i128::from(argument)).into(),
            2 => Json::bytes(self.take(argument as usize)),
            3 => self.text(argument as usize).into(),
            4 => Json::List((0..argument).map(|_| self.item()).collect()),
            5 => Json::Map((0..argument).map(|_| self.entry()).collect()),
            _ => panic!("no tag is used here"),
        }
    }

    fn text(&mut self, length: usize) -> String {
        String::from_utf8(self.take(length).to_vec()).expect("text is UTF-8")
    }

    fn entry(&mut self) -> (String, Json) {
        match self.item() {
            Json::Text(key) => (key, self.item()),
            other => panic!("{other:?} as a key"),
        }
    }
}

fn simple(information: u8) -> Json {
    match information {
        20 => false.into(),
        21 => true.into(),
        22 => Json::Null,
        other => panic!("simple value {other}"),
    }
}
