//! `files.download`.

use std::collections::BTreeMap;

use windlass_plugin_common::dates::Instant;
use windlass_plugin_common::files::{Known, becomes, content_changes};
use windlass_plugin_common::owner::Reach;
use windlass_plugin_common::requests::{Date, Which};
use windlass_plugin_common::stat::{Found, Kind, Stat, look};
use windlass_sdk::prelude::*;

use super::way::{mode_differs, owner_differs, parts_for, set_mode, set_owner};
use crate::facts::{File, Md5File, Sha1File, Sha256File, Sha384File};

/// Download a file from the network to the target, with curl or wget.
///
/// What is there already is left alone, unless it is too old, has another digest than asked for, or `force` is set.
#[operation(
    example = r#"files.download(name = "Fetch the release", src = "https://example.net/app.tar.gz", dest = "/opt/app.tar.gz", sha256sum = "…")"#
)]
pub fn download(
    plan: &mut Plan,
    /// The URL.
    src: String,
    /// Where it goes on the target.
    dest: RemotePath,
    /// Its owner.
    user: Option<String>,
    /// Its group.
    group: Option<String>,
    /// Its mode: `644` or `"644"`.
    mode: Option<Mode>,
    /// Seconds after which a file that is there is downloaded again.
    cache_time: Option<i64>,
    /// Whether it is downloaded each time.
    #[default(false)]
    force: bool,
    /// The SHA-384 it must have, in hexadecimal.
    sha384sum: Option<String>,
    /// The SHA-256 it must have, in hexadecimal.
    sha256sum: Option<String>,
    /// The SHA-1 it must have, in hexadecimal.
    sha1sum: Option<String>,
    /// The MD5 it must have, in hexadecimal.
    md5sum: Option<String>,
    /// Headers of the request.
    headers: Option<BTreeMap<String, String>>,
    /// Whether certificates are not checked.
    #[default(false)]
    insecure: bool,
    /// A proxy's URL.
    proxy: Option<String>,
    /// The most bytes a second, as curl and wget write it: `500k`.
    limit_rate: Option<String>,
    /// The folder on the target in which it is written first.
    temp_dir: Option<RemotePath>,
    /// More options for curl, with their values.
    extra_curl_args: Option<BTreeMap<String, String>>,
    /// More options for wget, with their values.
    extra_wget_args: Option<BTreeMap<String, String>>,
) -> Result<()> {
    let (user, group) = (user.as_deref(), group.as_deref());
    let mut parts = parts_for(user, group, mode);
    if cache_time.is_some() {
        parts.push("mtime");
    }
    let sums = Sums {
        sha1: sha1sum,
        sha256: sha256sum,
        sha384: sha384sum,
        md5: md5sum,
    };

    let found = look(&File { path: dest.clone() }, &parts)?;
    let needed = match &found {
        Found::Other => {
            return Err(
                Error::operation(format!("destination {dest} exists and is not a file")).at("dest"),
            );
        }
        Found::Nothing => true,
        Found::Here(stat) => too_old(stat, cache_time)? || sums.differ(&dest)? || force,
    };

    if let Some(stat) = found.here().filter(|_| !needed) {
        let before = plan.steps.len();
        if let Some(mode) = mode.filter(|mode| mode_differs(stat.mode, *mode)) {
            set_mode(plan, &dest, Kind::File, mode, Reach::Itself);
        }
        if owner_differs(stat, user, group) {
            set_owner(plan, &dest, Kind::File, user, group, Reach::Itself);
        }
        if plan.steps.len() == before {
            plan.note(format!("file {dest} has already been downloaded"));
        }
        return Ok(());
    }

    let temp = match temp_dir {
        Some(folder) => {
            let unique = context::temp_path(&dest);
            folder.join(RemotePath::new(unique).file_name())
        }
        None => RemotePath::new(context::temp_path(&dest)),
    };
    let fetch = Fetch {
        src: &src,
        temp: &temp,
        headers: headers.unwrap_or_default(),
        insecure,
        proxy: proxy.as_deref(),
        limit_rate: limit_rate.as_deref(),
    };
    plan.run(fetch.command(
        &extra_curl_args.unwrap_or_default(),
        &extra_wget_args.unwrap_or_default(),
    )?);
    let step = plan.run(shell!("mv {temp} {dest}"));
    step.predict_all(content_changes(&dest))
        .predict_all(becomes(&dest, Kind::File, &Known::default()));
    sums.predict(step, &dest);
    set_owner(plan, &dest, Kind::File, user, group, Reach::Itself);
    if let Some(mode) = mode {
        set_mode(plan, &dest, Kind::File, mode, Reach::Itself);
    }
    sums.check(plan, &dest);
    Ok(())
}

/// Whether a file is older than so many seconds, by the target's clock.
fn too_old(stat: &Stat, cache_time: Option<i64>) -> Result<bool> {
    let (Some(seconds), Some(mtime)) = (cache_time.filter(|seconds| *seconds != 0), stat.mtime)
    else {
        return Ok(false);
    };
    let now = Instant::seconds(windlass_sdk::request::get(&Date {})?.or_offset(0));
    Ok(mtime.seconds() < now - seconds)
}

/// The digests that a file must have.
struct Sums {
    sha1: Option<String>,
    sha256: Option<String>,
    sha384: Option<String>,
    md5: Option<String>,
}

impl Sums {
    fn differ(&self, dest: &RemotePath) -> Result<bool> {
        fn differs<F: Fact<Value = Option<String>>>(
            wanted: Option<&String>,
            fact: &F,
        ) -> Result<bool> {
            match wanted {
                Some(wanted) => Ok(get(fact)?.as_ref() != Some(wanted)),
                None => Ok(false),
            }
        }
        let path = || dest.clone();
        let answers = [
            differs(self.sha1.as_ref(), &Sha1File { path: path() })?,
            differs(self.sha256.as_ref(), &Sha256File { path: path() })?,
            differs(self.sha384.as_ref(), &Sha384File { path: path() })?,
            differs(self.md5.as_ref(), &Md5File { path: path() })?,
        ];
        Ok(answers.contains(&true))
    }

    fn predict(&self, step: &mut Step, dest: &RemotePath) {
        let path = || dest.clone();
        let known = [
            self.sha1
                .as_ref()
                .map(|sum| Prediction::value(&Sha1File { path: path() }, sum.as_str())),
            self.sha256
                .as_ref()
                .map(|sum| Prediction::value(&Sha256File { path: path() }, sum.as_str())),
            self.sha384
                .as_ref()
                .map(|sum| Prediction::value(&Sha384File { path: path() }, sum.as_str())),
            self.md5
                .as_ref()
                .map(|sum| Prediction::value(&Md5File { path: path() }, sum.as_str())),
        ];
        step.predict_all(known.into_iter().flatten());
    }

    /// Adds the commands that fail when a digest differs.
    fn check(&self, plan: &mut Plan, dest: &RemotePath) {
        let checks = [
            (&self.sha1, "SHA1", ["sha1sum", "shasum", "sha1"].as_slice()),
            (
                &self.sha256,
                "SHA256",
                &["sha256sum", "shasum -a 256", "sha256"],
            ),
            (
                &self.sha384,
                "SHA384",
                &["sha384sum", "shasum -a 384", "sha384"],
            ),
            (&self.md5, "MD5", &["md5sum", "md5"]),
        ];
        for (sum, name, programs) in checks {
            let Some(sum) = sum else { continue };
            let tries =
                programs
                    .iter()
                    .enumerate()
                    .fold(ShellText::new(), |text, (position, program)| {
                        let (or, quiet) = if position == 0 {
                            ("", " 2> /dev/null")
                        } else {
                            (" || ", "")
                        };
                        text.text(shell!("{or:raw}{program:raw} {dest}{quiet:raw}"))
                    });
            let message = format!("{name} did not match!");
            plan.run(shell!(
                "(( {tries:text} ) | grep {sum} ) || ( echo {message} && exit 1 )"
            ));
        }
    }
}

/// A download.
struct Fetch<'a> {
    src: &'a str,
    temp: &'a RemotePath,
    headers: BTreeMap<String, String>,
    insecure: bool,
    proxy: Option<&'a str>,
    limit_rate: Option<&'a str>,
}

impl Fetch<'_> {
    /// The command, for whichever program the target has; for either, when it seems to have none yet.
    fn command(
        &self,
        curl_args: &BTreeMap<String, String>,
        wget_args: &BTreeMap<String, String>,
    ) -> Result<ShellText> {
        let has = |program: &str| -> Result<bool> {
            Ok(get(&Which {
                command: program.to_owned(),
            })?
            .is_some_and(|path| !path.is_empty()))
        };
        if has("curl")? {
            return Ok(self.curl(curl_args));
        }
        let wget = self.wget(wget_args);
        if has("wget")? {
            return Ok(wget);
        }
        let curl = self.curl(curl_args);
        Ok(shell!("( {curl:text} ) || ( {wget:text} )"))
    }

    fn curl(&self, more: &BTreeMap<String, String>) -> ShellText {
        let mut options = shell!("-sSLf");
        if let Some(proxy) = self.proxy {
            options = options.text(shell!(" --proxy {proxy}"));
        }
        if self.insecure {
            options = options.raw(" --insecure");
        }
        options = self.with_headers(options);
        if let Some(rate) = self.limit_rate {
            options = options.text(shell!(" --limit-rate {rate}"));
        }
        let options = with_more(options, more);
        let (src, temp) = (self.src, self.temp);
        shell!("curl {options:text} {src} -o {temp}")
    }

    fn wget(&self, more: &BTreeMap<String, String>) -> ShellText {
        let mut options = shell!("-q");
        if let Some(proxy) = self.proxy {
            let setting = format!("http_proxy={proxy}");
            options = options.text(shell!(" -e use_proxy=yes -e {setting}"));
        }
        if self.insecure {
            options = options.raw(" --no-check-certificate");
        }
        options = self.with_headers(options);
        if let Some(rate) = self.limit_rate {
            let rate = format!("--limit-rate={rate}");
            options = options.text(shell!(" {rate}"));
        }
        let options = with_more(options, more);
        let (src, temp) = (self.src, self.temp);
        shell!("wget {options:text} {src} -O {temp} || ( rm -f {temp} ; exit 1 )")
    }

    fn with_headers(&self, options: ShellText) -> ShellText {
        self.headers.iter().fold(options, |options, (name, value)| {
            let header = format!("{name}: {value}");
            options.text(shell!(" --header {header}"))
        })
    }
}

fn with_more(options: ShellText, more: &BTreeMap<String, String>) -> ShellText {
    more.iter().fold(options, |options, (name, value)| {
        options.text(shell!(" {name} {value}"))
    })
}
