//! The port that a program listens at or connects to, where its source says so.

use regex::Regex;

/// Where a port stands in a source, the surest first, and the least number that is believed there. A number is told from a
/// file mode by its first digit, and from a size by what stands around it.
const PLACES: [(&str, u16); 10] = [
    (r"\bhtons\(\s*([1-9]\d*)\s*\)", 1),
    (r"\bServerSocket\(\s*([1-9]\d*)\b", 1),
    (
        r"\b(?:bind|connect|connect_ex|\w+_connection|\w*Server)\(\s*\([^()\n]*,\s*([1-9]\d*)\s*[,)]",
        1,
    ),
    (
        r"\b(?:bind|Socket|InetSocketAddress|connect|createConnection|\w+_connection|\w+_server)\((?:[^()\n]*,)?\s*([1-9]\d{3,4})\b",
        1024,
    ),
    (r#"["']--?p(?:ort)?["'][^)]*?default\s*=\s*([1-9]\d*)\b"#, 1),
    // `HOST, PORT = "localhost", 8000`
    (
        r#"(?i)port\w*\s*=\s*["'][^"'\n]*["']\s*,\s*([1-9]\d*)\b"#,
        1,
    ),
    // A name that ends in or begins with *port*, and its value.
    (
        r"(?:\b|_|[a-z])(?:port|PORT|Port)[A-Za-z_]{0,8}\b[^\d\n]*?\b([1-9]\d{3,4})\b",
        1024,
    ),
    // The same, from the command line or else.
    (
        r"(?:\b|_|[a-z])(?:port|PORT|Port)[A-Za-z_]{0,8}\b[^\n;]*?(?:\belse|\bor|\|\||\?\?|:)\s*([1-9]\d{3,4})\b",
        1024,
    ),
    (r"(?i)\bport(?:\s+\w+)?:?\s+([1-9]\d{0,4})\b", 1),
    // Last, for it is a backlog elsewhere.
    (r"\blisten\(\s*([1-9]\d{3,4})\s*[,)]", 1024),
];

/// The first number of a source that stands where a port belongs.
pub(super) fn port(text: &str) -> Option<u16> {
    PLACES.iter().find_map(|(place, least)| {
        let place = Regex::new(place).expect("the patterns here are well-formed");
        let numbers = place.captures_iter(text);
        let mut ports = numbers.filter_map(|it| it[1].parse().ok());
        ports.find(|port: &u16| port >= least)
    })
}
