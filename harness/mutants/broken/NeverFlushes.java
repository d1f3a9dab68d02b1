package broken;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import pair.Server;

/** Writes into a buffer that nobody flushes: short replies never leave. */
public class NeverFlushes extends Server {
    @Override
    protected OutputStream output(Socket client) throws IOException {
        return new BufferedOutputStream(super.output(client));
    }

    public static void main(String[] arguments) throws IOException {
        new NeverFlushes().run();
    }
}
