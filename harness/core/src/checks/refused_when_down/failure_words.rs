//! The words that tell a failure, in the languages that programs are written in: stems, so that one stands for its inflections.

use std::sync::LazyLock;

use regex::Regex;

/// At the beginning of a word.
const STEMS: &[&str] = &[
    // English, and what strerror(3), exceptions and libraries say
    r"err(or|no|\b)",
    r"fail|refus|reject|denied|unable|abort|exception|traceback|invalid|impossib|interrupt|disconnect|unsuccessful",
    r"can ?not\b|can['’]?t\b|could ?n['o’]?t|won['’]?t\b|did ?n[o'’]t|unavail|unreach|offline|timed? ?out|try again|retry",
    r"(not|isn['’]?t|nobody|nothing|no one) (\w+ )?(connect|running|up\b|available|reach|found|respon|open|online|ready|start|active|listen|there)",
    r"no (server|connection|route|response|answer|reply|such|host)",
    r"(is|was|be|are|seems) (down|closed|lost|dead)\b|connection (closed|lost|reset)|broken|problem|trouble|wrong|sorry|oops",
    // Spanish, Portuguese, Italian, Catalan, Romanian
    r"erro(re)?s?\b|eroare|fall[oóaei]|falh|fracas|rechaz|recus|rifiut|rebutj|refuz|e[sșş]uat|imposs?[ií]b|indispon|inaccesib|desconect",
    r"no se p(ud|ued)|no (hay|disponible|est[aá])|n[aã]o (foi|p[oô]de|h[aá]|est[aá]|consegui)|non (è|e'|e|riesc)|s(in|em|enza) con|nu (s-a|se|pot|este)",
    // French
    r"[eé]che?c|[eé]chou|injoignable|indisponible|inaccessible|ne (peut|r[eé]pond)|n['’](a|est) pas|pas de|aucun",
    // German, Dutch, Swedish, Danish, Norwegian
    r"fehler|fehlgeschlagen|gescheitert|misslungen|abgelehnt|verweiger|nicht|kein|konnte|unm[oö]glich|unerreichbar",
    r"fout\b|mislukt|geweigerd|niet|geen|fel\b|fejl|feil|missly|mislyk|nekad|afvist|avvist|inte\b|ikke\b",
    // Finnish, Hungarian, Turkish
    r"virhe|ep[aä]onn|ev[aä]tty|hiba|sikertelen|elutas|nem\b|hata\b|ba[sş]ar[ıi]s[ıi]z|reddedil|ba[gğ]lan(ı|i)?lam|ba[gğ]lanam|kapal[ıi]",
    // Polish, Czech, Slovak, Croatian, Serbian
    r"b[łl][aą]d|odmow|odrzuc|niepowodz|nie (mo[zż]|uda|dzia|ma|jest)|chyb|selh|zlyh|odm[ií]t|nelze|nepoda[rř]|gre[sš]k|neusp|odbijen|nije",
    // Greek, Russian, Ukrainian, Bulgarian
    r"σφάλμα|απέτυχ|αποτυχ|αδύνατ|αδυναμ|δεν\b|ошибк|отказ|не\b|нет\b|невозможн|недоступ|помилк|відмов|неможлив|грешк|неуспе",
    // Indonesian, Malay, Filipino, Vietnamese, Swahili
    r"gagal|kesalahan|galat|ralat|ditolak|tidak|belum|hindi|nabigo|bigo|wala|lỗi|thất bại|từ chối|không|hitilafu|imeshindw",
];

/// Anywhere: these are written without spaces, or with prefixes.
const ANYWHERE: &[&str] = &[
    // Chinese, Japanese, Korean, Thai
    r"错误|失败|拒绝|无法|不能|未能|没有|错|錯誤|失敗|拒絕|無法|沒有|エラー|拒否|できません|できない|ません|오류|에러|실패|거부|못|없|ผิดพลาด|ล้มเหลว|ไม่",
    // Hindi, Bengali, Tamil, Arabic, Persian, Urdu, Hebrew
    r"त्रुटि|विफल|असफल|नहीं|ত্রুটি|ব্যর্থ|পারে|பிழை|தோல்வி|خطأ|فشل|رفض|تعذر|لا يمكن|خطا|ناکام|شکست|نشد|שגיאה|נכשל|סירוב|לא ",
];

static FAILURE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = format!(r"(?i)\b(?:{})|{}", STEMS.join("|"), ANYWHERE.join("|"));
    Regex::new(&pattern).expect("the words are constants")
});

/// Whether a line has a word that tells a failure.
pub(super) fn tells_failure(line: &str) -> bool {
    FAILURE.is_match(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_say_when_nobody_listens_tells_a_failure() {
        for line in [
            "connect: Connection refused",
            "[-] Couldn't connect to the server.",
            "Server is not running!",
            "no server there",
            "java.net.ConnectException: Connection refused",
            "Error: connect ECONNREFUSED 127.0.0.1:5001",
            "send: Transport endpoint is not connected",
            "The server is down, try again later",
            "No se pudo conectar al servidor",
            "Não foi possível conectar ao servidor",
            "Impossible de se connecter au serveur",
            "Connexion échouée",
            "Impossibile connettersi",
            "Verbindung zum Server fehlgeschlagen",
            "Kon geen verbinding maken",
            "Nie można połączyć się z serwerem",
            "Sunucuya bağlanılamadı",
            "Не удалось подключиться к серверу",
            "Gagal terhubung ke server",
            "Hindi makakonekta sa server",
            "Không thể kết nối đến máy chủ",
            "连接服务器失败",
            "サーバーに接続できません",
            "서버에 연결할 수 없습니다",
            "فشل الاتصال بالخادم",
        ] {
            assert!(tells_failure(line), "{line}");
        }
    }

    #[test]
    fn what_a_client_says_that_noticed_nothing_tells_none() {
        for line in [
            "Connected to the server",
            "Welcome! 1) list 2) upload 3) download 4) exit",
            "Received: qZvUx",
            "Goodbye",
            "downloading notes.bin",
            "Conectado al servidor",
            "Verbunden",
            "已连接到服务器",
            "",
        ] {
            assert!(!tells_failure(line), "{line}");
        }
    }
}
