//! Writes test vectors that the published vox 0.4.0 crates produce, one JSON file a topic.

use std::path::Path;
use std::process::ExitCode;
use voxspec_subject_rust::json::Json;

mod blake3_hashes;
mod cbor;
mod handshake;
mod message_json;
mod messages;
mod method_ids;
mod postcard;
mod schemas;
mod shapes;
mod stable;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(directory), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: voxspec-vectors DIRECTORY");
        return ExitCode::from(2);
    };
    match write_all(Path::new(&directory)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn write_all(directory: &Path) -> Result<(), String> {
    std::fs::create_dir_all(directory).map_err(|error| failed(directory, error))?;
    let files: [(&str, fn() -> Json); 7] = [
        ("messages.json", messages::vectors),
        ("handshake.json", handshake::vectors),
        ("postcard.json", postcard::vectors),
        ("schemas.json", schemas::vectors),
        ("method_ids.json", method_ids::vectors),
        ("stable.json", stable::vectors),
        ("blake3.json", blake3_hashes::vectors),
    ];
    for (name, vectors) in files {
        let path = directory.join(name);
        std::fs::write(&path, vectors().pretty()).map_err(|error| failed(&path, error))?;
    }
    Ok(())
}

fn failed(path: &Path, error: std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
