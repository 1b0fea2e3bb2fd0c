//! BLAKE3 of the repeating pattern 0, 1, … 250, at lengths around the block and chunk
//! limits of the hash.

use voxspec_subject_rust::json::Json;

const LENGTHS: [usize; 19] = [
    0, 1, 2, 3, 63, 64, 65, 127, 128, 1023, 1024, 1025, 2048, 2049, 3072, 4096, 8192, 31744, 102400,
];

pub fn vectors() -> Json {
    LENGTHS
        .map(|length| {
            let input: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            let hash = blake3::hash(&input);
            Json::map([
                ("input_length", length.into()),
                ("hash", hash.to_hex().as_str().into()),
            ])
        })
        .into()
}
