//! `python-stdlib`: what public functions of the Python standard library do.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::wording::PYTHON_FUNCTION;
use super::{Fact, Field};

/// Prints the version, then one `name<TAB>first docstring paragraph` line per public function.
const LIST_FUNCTIONS: &str = r"
import importlib, inspect, platform
print(platform.python_version())
modules = '''os os.path shutil math statistics random string textwrap itertools functools operator heapq
bisect json csv re time calendar glob fnmatch tempfile subprocess socket threading asyncio hashlib hmac secrets
base64 binascii struct zlib gzip bz2 lzma zipfile tarfile logging getpass platform copy pprint enum fractions
cmath weakref types contextlib inspect dis ast tokenize traceback warnings gc sys locale gettext urllib.parse
urllib.request html email.utils uuid ipaddress difflib unicodedata codecs io signal filecmp fileinput linecache
pickle shelve sqlite3 webbrowser colorsys wave timeit shlex mimetypes quopri http.client imaplib
xml.sax.saxutils xml.etree.ElementTree unittest doctest trace tracemalloc pkgutil runpy importlib
importlib.util site sysconfig curses.ascii'''.split()
for name in modules:
    module = importlib.import_module(name)
    for attribute in sorted(vars(module)):
        function = getattr(module, attribute)
        if attribute.startswith('_') or not inspect.isroutine(function):
            continue
        home = getattr(function, '__module__', None)
        if inspect.isfunction(function) and home != name and name not in ('os.path',):
            continue
        text = inspect.getdoc(function)
        if text:
            print(name + '.' + attribute + '\t' + ' '.join(text.split('\n\n')[0].split()))
";

const ANSWER_CHARS_MIN: usize = 15;
const ANSWER_CHARS_MAX: usize = 72;

pub(super) fn field() -> Result<Field> {
    let output = Command::new("python3").args(["-c", LIST_FUNCTIONS]).output();
    let output = output.context("running python3")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    let mut lines = text.lines();
    let version = lines.next().context("python3 printed nothing")?;
    ensure!(version.starts_with("3.11."), "Python 3.11 is the named source, this is {version}");
    let mut facts: Vec<Fact> = Vec::new();
    for (key, answer) in lines.filter_map(|line| line.split_once('\t')) {
        let known = |fact: &Fact| fact.answer == answer || fact.key == key;
        if is_short_sentence(answer) && !facts.iter().any(known) {
            facts.push(Fact {
                key: key.to_owned(),
                answer: answer.to_owned(),
                source: format!("Python {version} {key}.__doc__"),
                wording: &PYTHON_FUNCTION,
            });
        }
    }
    Ok(Field {
        name: "python-stdlib",
        readme: README.replace("{version}", version),
        licence: "PSF-2.0",
        contributors: ["esra", "farid", "gita", "hana"],
        copycat: "nils",
        facts,
    })
}

const README: &str = "# python-stdlib

What public functions of the Python standard library do: the first paragraph of the docstring where it is
one sentence of at most 72 characters. The questions were generated.

* Source: the docstrings of CPython {version} (https://www.python.org).
* Licence: `PSF-2.0`, copyright Python Software Foundation.
* Repeat: `cargo xtask demo-data` on a machine with Python 3.11.
";

fn is_short_sentence(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || " .,'()-_/".contains(c);
    (ANSWER_CHARS_MIN..=ANSWER_CHARS_MAX).contains(&text.len())
        && text.ends_with('.')
        && text.matches('.').count() == 1
        && text.chars().all(plain)
}
