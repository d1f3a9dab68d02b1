//! The rubrics and the target that are compiled in. They are ordinary files: whoever wants others starts from a copy.

/// The rubric of `synfin run` when none is named.
pub const DEFAULT_RUBRIC: &str = "installation-1";

/// Every built-in rubric: its name and its text.
pub const BUILTIN_RUBRICS: [(&str, &str); 3] = [
    (
        DEFAULT_RUBRIC,
        include_str!("../../../rubrics/installation-1.toml"),
    ),
    (
        "file-transfer",
        include_str!("../../../rubrics/file-transfer.toml"),
    ),
    ("lifecycle", include_str!("../../../rubrics/lifecycle.toml")),
];

/// The built-in rubric of this name, and its text.
pub fn builtin_rubric(name: &str) -> Option<(&'static str, &'static str)> {
    BUILTIN_RUBRICS
        .into_iter()
        .find(|(known, _)| *known == name)
}

/// The reference pair's target: its name in messages, and its text.
pub fn reference_target() -> (&'static str, &'static str) {
    (
        "reference.toml",
        include_str!("../../../targets/reference.toml"),
    )
}
