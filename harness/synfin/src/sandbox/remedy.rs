//! What helps against a step that the kernel refuses: looked up in the settings that usually are the reason.

use std::path::Path;

use super::{Step, helper};

/// What a person can be told to do when nothing in particular is known to be the reason.
const USER_NAMESPACES: &str = "user namespaces are restricted here by something that synfin does not know; \
    a container's seccomp filter, an administrator's policy?";

/// What lets a container make namespaces.
const CONTAINER: &str = "this is a container: docker run --security-opt seccomp=unconfined \
    --security-opt apparmor=unconfined --security-opt systempaths=unconfined";

/// What root needs where it makes no namespaces; a container's root has them unless they were dropped.
pub(crate) const CAPABILITIES: &str = "root needs the capabilities NET_RAW, SETUID, SETGID, SETPCAP, KILL, CHOWN and \
    DAC_OVERRIDE: docker run --cap-add each that was dropped";

/// The settings of this machine that are known to refuse namespaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Settings {
    /// `user.max_user_namespaces`.
    max_user_namespaces: Option<String>,
    /// `kernel.apparmor_restrict_unprivileged_userns`, of Ubuntu since 23.10.
    apparmor_restricts: Option<String>,
    /// `kernel.unprivileged_userns_clone`, of Debian.
    unprivileged_clone: Option<String>,
    /// Whether this is a container that says so.
    is_container: bool,
    /// The running program, which an AppArmor profile names.
    program: String,
    /// Where the capture helper is, if it is anywhere.
    helper: Option<String>,
}

impl Step {
    /// What usually makes the kernel refuse this step here, and what helps.
    pub fn remedy(self) -> String {
        remedy(self, &Settings::read())
    }
}

fn remedy(step: Step, settings: &Settings) -> String {
    match step {
        Step::Start | Step::Fork => {
            "is there memory, and room for another process (ulimit -u)?".to_owned()
        }
        Step::ActAsUser => CAPABILITIES.to_owned(),
        Step::Fence => {
            "Linux 5.13 or newer is needed, with landlock among the security modules (lsm= on the \
            kernel's command line)"
                .to_owned()
        }
        Step::EncloseSignals => "Linux 6.12 or newer is needed, with landlock among the security modules (lsm= on the \
            kernel's command line)"
            .to_owned(),
        Step::RefuseCalls => "record on x86-64, 64-bit ARM or RISC-V".to_owned(),
        Step::Helper => lend(settings.helper.as_deref()),
        Step::Mtu => "`mtu` needs a network of the scenario's own (level 0 or 1)".to_owned(),
        Step::Loss => "`loss` needs nft(8) (the package nftables), a kernel with nf_tables, and a network of the \
            scenario's own (level 0 or 1)"
            .to_owned(),
        Step::Delay => "`delay` needs tc(8) (the package iproute2), a kernel with netem (CONFIG_NET_SCH_NETEM), and a \
            network of the scenario's own (level 0 or 1)"
            .to_owned(),
        Step::Users => "this user namespace has too few ids, or all are in use".to_owned(),
        Step::SharedScratch => {
            "TMPDIR, or else /tmp, must be a folder that everybody may enter, and writable"
                .to_owned()
        }
        Step::Turn => "is another synfin recording on this host?".to_owned(),
        Step::Port => "end the program that has the port, or give another one".to_owned(),
        Step::Unshare | Step::MapIds | Step::Loopback => namespaces(settings),
        _ if settings.is_container => CONTAINER.to_owned(),
        Step::Proc => "something is mounted over a part of /proc, so no fresh one may be mounted; \
            containers do that"
            .to_owned(),
        Step::NetworkSettings | Step::ForbidUserNamespaces => {
            "/proc/sys is read-only here".to_owned()
        }
        Step::HostName | Step::Hide | Step::Scratch | Step::ReadOnly => {
            "mounting is restricted here; Linux 5.12 or newer is needed".to_owned()
        }
    }
}

/// What gives the capture helper its capability, or brings it here first.
fn lend(found: Option<&str>) -> String {
    match found {
        Some(path) => format!(
            "an administrator lets it open packet sockets, once: sudo setcap cap_net_raw+ep {path} (which counts for \
             nothing on a file system mounted nosuid, or under no_new_privs)"
        ),
        None => "put synfin-capture beside synfin or into PATH (cargo build --release -p synfin makes both), then, as \
            an administrator, once: setcap cap_net_raw+ep synfin-capture"
            .to_owned(),
    }
}

/// Every setting that stands in the way, for each would be enough.
fn namespaces(settings: &Settings) -> String {
    let mut ways = Vec::new();
    if settings.max_user_namespaces.as_deref() == Some("0") {
        ways.push(
            "user.max_user_namespaces is 0: sudo sysctl -w user.max_user_namespaces=10000"
                .to_owned(),
        );
    }
    if settings.unprivileged_clone.as_deref() == Some("0") {
        ways.push(
            "kernel.unprivileged_userns_clone is 0: sudo sysctl -w kernel.unprivileged_userns_clone=1".to_owned(),
        );
    }
    if settings.apparmor_restricts.as_deref() == Some("1") {
        ways.push(apparmor(&settings.program));
    }
    if settings.is_container {
        ways.push(CONTAINER.to_owned());
    }
    if ways.is_empty() {
        ways.push(USER_NAMESPACES.to_owned());
    }
    ways.join("; and ")
}

/// The profile is the form that Ubuntu's own programs have theirs in.
fn apparmor(program: &str) -> String {
    format!(
        "AppArmor restricts user namespaces (Ubuntu 24.04 and newer): \
         sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0; or for this program alone a file \
         /etc/apparmor.d/synfin with `abi <abi/4.0>, include <tunables/global> \
         profile synfin {program} flags=(unconfined) {{ userns, }}`, then sudo systemctl reload apparmor"
    )
}

impl Settings {
    fn read() -> Self {
        let marks = ["/.dockerenv", "/run/.containerenv"];
        let program = std::env::current_exe().unwrap_or_else(|_| "PATH".into());
        let helper = helper::find(&program).ok();
        Self {
            max_user_namespaces: setting("user/max_user_namespaces"),
            apparmor_restricts: setting("kernel/apparmor_restrict_unprivileged_userns"),
            unprivileged_clone: setting("kernel/unprivileged_userns_clone"),
            is_container: marks.iter().any(|mark| Path::new(mark).exists()),
            program: program.display().to_string(),
            helper: helper.map(|path| path.display().to_string()),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "settings are files of /proc")]
fn setting(name: &str) -> Option<String> {
    let text = std::fs::read_to_string(Path::new("/proc/sys").join(name)).ok()?;
    Some(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(settings: &Settings, expected: &[&str]) {
        let told = remedy(Step::Unshare, settings);
        let all = [
            "max_user_namespaces=",
            "userns_clone=",
            "/etc/apparmor.d",
            "docker",
            "does not know",
        ];
        let found: Vec<&str> = all.into_iter().filter(|word| told.contains(word)).collect();
        assert_eq!(found, expected, "{told}");
    }

    #[test]
    fn every_setting_that_refuses_namespaces_is_told_and_no_other() {
        let none = Settings::default();
        let value = |text: &str| Some(text.to_owned());
        check(&none, &["does not know"]);
        let limit = |text| Settings {
            max_user_namespaces: value(text),
            ..none.clone()
        };
        check(&limit("0"), &["max_user_namespaces="]);
        check(&limit("96365"), &["does not know"]);
        check(
            &Settings {
                apparmor_restricts: value("1"),
                unprivileged_clone: value("0"),
                ..none.clone()
            },
            &["userns_clone=", "/etc/apparmor.d"],
        );
        check(
            &Settings {
                is_container: true,
                ..none
            },
            &["docker"],
        );
    }
}
