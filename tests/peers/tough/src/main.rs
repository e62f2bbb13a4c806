//! A TUF client on the command line around the crate `tough`, with the options of `repro tuf-client`:
//!
//!     --metadata-dir D --metadata-url U [--target-name P]… [--target-base-url T] [--target-dir X] init ROOT | refresh | download
//!
//! Exit 0: done. Exit 1: refused or failed, and standard error says why. A target P lands in X under its percent-encoded name.
//! tough loads all delegated roles at every refresh, and asks for HASH.a/b where other clients ask for a/HASH.b.

use std::collections::HashMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use futures::stream;
use tough::{IntoVec, RepositoryLoader, TargetName, Transport, TransportError, TransportErrorKind, TransportStream};
use url::Url;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    if let Err(problem) = runtime.block_on(run()) {
        eprintln!("tough: {}", in_full(problem.as_ref()));
        std::process::exit(1);
    }
}

async fn run() -> Result<()> {
    let mut options: HashMap<String, String> = HashMap::new();
    let mut names = Vec::new();
    let mut rest = Vec::new();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.strip_prefix("--") {
            Some("target-name") => names.push(args.next().ok_or("a target name is missing")?),
            Some(option) => {
                let value = args.next().ok_or_else(|| format!("the value of {arg} is missing"))?;
                options.insert(option.to_string(), value);
            }
            None => rest.push(arg),
        }
    }
    let state = PathBuf::from(options.get("metadata-dir").ok_or("--metadata-dir is missing")?);
    let root = state.join("root.json");
    match rest.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["init", file] => {
            std::fs::copy(file, root)?;
        }
        ["refresh"] => {
            load(&options, &state, &std::fs::read(root)?).await?;
        }
        ["download"] => {
            let repository = load(&options, &state, &std::fs::read(root)?).await?;
            let folder = Path::new(options.get("target-dir").ok_or("--target-dir is missing")?);
            for name in names {
                let target = repository.read_target(&TargetName::new(&name)?).await?;
                let bytes = target.ok_or_else(|| format!("{name}: not found"))?.into_vec().await?;
                std::fs::write(folder.join(percent_encoded(&name)), bytes)?;
            }
        }
        _ => return Err(format!("expected init ROOT, refresh or download, found {rest:?}").into()),
    }
    Ok(())
}

async fn load(options: &HashMap<String, String>, state: &Path, root: &Vec<u8>) -> Result<tough::Repository> {
    let metadata = Url::parse(options.get("metadata-url").ok_or("--metadata-url is missing")?)?;
    let targets = options.get("target-base-url").map(|url| Url::parse(url)).transpose()?.unwrap_or(metadata.clone());
    Ok(RepositoryLoader::new(root, metadata, targets).transport(PlainHttp).datastore(state).load().await?)
}

/// HTTP without TLS: the peers only ever talk to loopback.
#[derive(Debug, Clone)]
struct PlainHttp;

#[async_trait]
impl Transport for PlainHttp {
    async fn fetch(&self, url: Url) -> std::result::Result<TransportStream, TransportError> {
        let answer = minreq::get(url.as_str())
            .with_timeout(60)
            .send()
            .map_err(|e| TransportError::new_with_cause(TransportErrorKind::Other, &url, e))?;
        match answer.status_code {
            200 => Ok(Box::pin(stream::iter([Ok(answer.into_bytes().into())]))),
            403 | 404 => Err(TransportError::new(TransportErrorKind::FileNotFound, &url)),
            _ => Err(TransportError::new(TransportErrorKind::Other, &url)),
        }
    }
}

fn percent_encoded(name: &str) -> String {
    name.bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => (b as char).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

fn in_full(problem: &dyn Error) -> String {
    match problem.source() {
        Some(cause) => format!("{problem}: {}", in_full(cause)),
        None => problem.to_string(),
    }
}
