//! Embeds the web page: the folder named by `OPENLEDGER_WEB_DIST`, else `web/dist` if it was built,
//! else the small page in `src/http/page.html`. A plain `cargo build` needs no Node.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=OPENLEDGER_WEB_DIST");
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo"));
    let dist = manifest.join("../../web/dist");
    let (rung, folder) = match env::var_os("OPENLEDGER_WEB_DIST") {
        Some(folder) => ("OPENLEDGER_WEB_DIST", Some(PathBuf::from(folder))),
        None if dist.join("index.html").is_file() => ("web/dist", Some(dist.clone())),
        None => ("built-in page", None),
    };
    // A path that is missing would count as changed at every build; its parent notices it appear.
    let watched = if dist.is_dir() { &dist } else { &manifest.join("../../web") };
    println!("cargo::rerun-if-changed={}", watched.display());
    let mut files = Vec::new();
    if let Some(folder) = &folder {
        println!("cargo::rerun-if-changed={}", folder.display());
        collect(folder, folder, &mut files)?;
        files.sort();
    }
    let mut text = format!("pub(super) const RUNG: &str = {rung:?};\n");
    text.push_str("pub(super) const FILES: &[(&str, &[u8])] = &[\n");
    for (name, path) in files {
        writeln!(text, "    ({name:?}, include_bytes!({path:?})),").expect("a string takes it");
    }
    text.push_str("];\n");
    fs::write(out.join("web_files.rs"), text)
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if let Ok(name) = path.strip_prefix(root) {
            let name = name.to_string_lossy().replace('\\', "/");
            files.push((name, path.canonicalize()?.to_string_lossy().into_owned()));
        }
    }
    Ok(())
}
