import java.io.DataInputStream;
import java.io.IOException;

/** Lines of the protocol. */
class Wire {
    /** The next line without its end, or null if the other side has closed. */
    static String line(DataInputStream in) throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                return null;
            }
            line.append((char) next);
        }
        return line.toString();
    }
}
