package broken;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import pair.Server;

/** Writes the whole buffer however much read() gave: the file is padded to a multiple of it. */
public class WritesWholeBuffers extends Server {
    @Override
    protected void receive(InputStream in, Path path, int size) throws IOException {
        byte[] buffer = new byte[4096];
        try (OutputStream file = Files.newOutputStream(path)) {
            for (int left = size; left > 0; ) {
                left -= in.read(buffer, 0, Math.min(buffer.length, left));
                file.write(buffer);
            }
        }
    }

    public static void main(String[] arguments) throws IOException {
        new WritesWholeBuffers().run();
    }
}
