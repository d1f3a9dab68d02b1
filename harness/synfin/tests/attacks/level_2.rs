//! The same attempts without namespaces: this program runs its other tests once more, with everything recorded at level 2.

use std::process::Command;

use crate::support::is_root;

/// Says to the tests at which level they record.
pub(crate) const LEVEL: &str = "SYNFIN_ATTACKS_LEVEL";

/// What comes to something else there, as `docs/attacks.md` tells, or does not record by the binary.
const OTHERWISE: [&str; 11] = [
    "files::a_disk_that_was_full_of_bytes_and_of_names_is_its_own",
    "files::what_is_stored_as_no_file_fails_and_is_never_followed",
    "network::no_packet_is_forged_and_no_network_left",
    "network::nothing_passes_between_the_programs_but_by_the_wire",
    "network::a_client_that_serves_itself_on_a_shared_port_is_not_served",
    "processes::killing_everybody_and_stopping_the_parent_harms_nobody",
    "processes::a_fork_bomb_ends_by_its_limit_and_is_named",
    "processes::a_daemon_that_hears_no_signal_is_gone_when_its_role_is_killed",
    "processes::nobody_takes_hold_of_his_keeper",
    "wire::forged_sentinels_and_tunnelled_segments_are_payload",
    "wire::a_flood_without_end_reaches_the_limit_of_the_capture_and_is_named",
];

#[test]
fn the_other_attempts_come_to_the_same_without_namespaces() {
    if std::env::var_os(LEVEL).is_some() || !is_root() {
        return;
    }
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.env(LEVEL, "2").args(["--skip", "told::"]);
    for name in OTHERWISE {
        again.args(["--skip", name]);
    }
    let output = again.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
}
