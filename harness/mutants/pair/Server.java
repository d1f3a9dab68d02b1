package pair;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The sound server in Java: a thread for each client. A mutant overrides one method of it. */
public class Server {
    protected static final Path FOLDER = Path.of("server-files");

    public void run() throws IOException {
        Files.createDirectories(FOLDER);
        try (ServerSocket listener = new ServerSocket(5001, 50, InetAddress.getByName("127.0.0.1"))) {
            acceptAll(listener);
        }
    }

    protected void acceptAll(ServerSocket listener) throws IOException {
        while (true) {
            Socket client = listener.accept();
            new Thread(() -> serve(client)).start();
        }
    }

    protected void serve(Socket client) {
        try (client) {
            InputStream in = new BufferedInputStream(client.getInputStream());
            OutputStream out = output(client);
            String request;
            while ((request = readLine(in)) != null) {
                if (request.equals("EXIT")) {
                    writeLine(out, "BYE");
                    in.transferTo(OutputStream.nullOutputStream());
                    break;
                }
                answer(in, out, request);
            }
        } catch (IOException error) {
            System.out.println("client lost: " + error);
        }
    }

    protected OutputStream output(Socket client) throws IOException {
        return client.getOutputStream();
    }

    protected void answer(InputStream in, OutputStream out, String request) throws IOException {
        String[] words = request.split(" ");
        switch (words[0]) {
            case "LIST" -> answerList(out);
            case "UPLOAD" -> {
                int size = Integer.parseInt(words[2]);
                writeLine(out, "READY");
                receive(in, FOLDER.resolve(words[1]), size);
                writeLine(out, "STORED " + size);
            }
            case "DOWNLOAD" -> {
                byte[] content = Files.readAllBytes(FOLDER.resolve(words[1]));
                writeLine(out, "SIZE " + content.length);
                out.write(content);
            }
            default -> writeLine(out, "ERROR unknown command");
        }
    }

    private void answerList(OutputStream out) throws IOException {
        try (Stream<Path> entries = Files.list(FOLDER)) {
            List<String> names = entries.map(path -> path.getFileName().toString()).sorted().toList();
            writeLine(out, "FILES " + names.size());
            for (String name : names) {
                writeLine(out, name);
            }
        }
    }

    protected void receive(InputStream in, Path path, int size) throws IOException {
        byte[] content = in.readNBytes(size);
        if (content.length < size) {
            throw new EOFException("end of stream in the middle of a file");
        }
        Files.write(path, content);
    }

    protected void writeLine(OutputStream out, String line) throws IOException {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    protected String readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next;
        while ((next = in.read()) != '\n') {
            if (next < 0) {
                return null;
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    public static void main(String[] arguments) throws IOException {
        new Server().run();
    }
}
