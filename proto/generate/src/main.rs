//! Writes the generated files of `nightbell-proto` and of the Rust SDK.

use std::{error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = nightbell_generate::proto_folder();
    for output in nightbell_generate::generate(&folder)? {
        fs::write(folder.join("src/generated").join(output.name), output.content)?;
    }
    for (name, content) in nightbell_generate::generate_rust_sdk(&folder)? {
        let path = nightbell_generate::rust_sdk_folder().join(name);
        fs::create_dir_all(path.parent().ok_or("a file without a folder")?)?;
        fs::write(path, content)?;
    }
    Ok(())
}
