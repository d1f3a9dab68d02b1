package broken;

import java.io.IOException;
import java.io.InputStream;
import pair.Server;

/** Ends the program where it should end the client: a catch block of main() for everybody's threads. */
public class OneExceptionEndsAll extends Server {
    @Override
    protected String readLine(InputStream in) throws IOException {
        String line = super.readLine(in);
        if (line == null) {
            System.err.println("java.io.EOFException");
            System.exit(1);
        }
        return line;
    }

    public static void main(String[] arguments) throws IOException {
        new OneExceptionEndsAll().run();
    }
}
