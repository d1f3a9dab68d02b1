package broken;

import java.io.IOException;
import java.net.Socket;
import pair.Server;

/** A thread for each client, and all of them in a synchronized method: one after the other. */
public class ServesUnderOneLock extends Server {
    @Override
    protected synchronized void serve(Socket client) {
        super.serve(client);
    }

    public static void main(String[] arguments) throws IOException {
        new ServesUnderOneLock().run();
    }
}
