//! What storage needs of a disk, and the real one.

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Files by name below one folder; `/` separates folders.
pub(crate) trait Disk: Debug + Send + Sync {
    /// All bytes of a file; `NotFound` when there is none.
    fn read(&self, name: &str) -> io::Result<Vec<u8>>;

    /// Whether the file exists.
    fn exists(&self, name: &str) -> io::Result<bool>;

    /// Makes a folder durably, if it is not there.
    fn make_folder(&self, name: &str) -> io::Result<()>;

    /// A new, empty file in place of any old one.
    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Gives a synced file another name, durably and at once, replacing what had that name.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes every file directly in `folder`.
    fn clear(&self, folder: &str) -> io::Result<()>;
}

/// A file being written.
pub(crate) trait DiskFile: Write + Debug + Send {
    /// Returns once the bytes are on the disk.
    fn sync(&mut self) -> io::Result<()>;
}

/// A folder of the file system. Files are readable by their owner only.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder at `path`, made if it is not there.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            sync_folder(parent)?;
        }
        Ok(Self { path: path.to_owned() })
    }

    fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

impl Disk for Folder {
    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.at(name))
    }

    fn exists(&self, name: &str) -> io::Result<bool> {
        self.at(name).try_exists()
    }

    fn make_folder(&self, name: &str) -> io::Result<()> {
        let path = self.at(name);
        if path.is_dir() {
            return Ok(());
        }
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&path)?;
        path.parent().map_or(Ok(()), sync_folder)
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        Ok(Box::new(options.open(self.at(name))?))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let to = self.at(to);
        fs::rename(self.at(from), &to)?;
        to.parent().map_or(Ok(()), sync_folder)
    }

    fn clear(&self, folder: &str) -> io::Result<()> {
        for entry in fs::read_dir(self.at(folder))? {
            fs::remove_file(entry?.path())?;
        }
        Ok(())
    }
}

impl DiskFile for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}

/// Replaces the file `name` as a whole: a reader, or a crash, finds the old bytes or the new.
pub(crate) fn replace(disk: &dyn Disk, name: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = format!("{name}.new");
    let mut file = disk.create(&temporary)?;
    file.write_all(bytes)?;
    file.sync()?;
    drop(file);
    disk.rename(&temporary, name)
}
