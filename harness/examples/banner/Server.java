import java.io.*;
import java.net.*;
import java.nio.file.*;

/** A file server. It greets every client, and gives each a thread of its own. */
public class Server {
    static final Path FOLDER = Path.of("server-files");

    public static void main(String[] args) throws IOException {
        Files.createDirectories(FOLDER);
        try (ServerSocket listener = new ServerSocket(5001)) {
            System.out.println("Server started on port 5001");
            while (true) {
                Socket client = listener.accept();
                new Thread(() -> serve(client)).start();
            }
        }
    }

    static void serve(Socket client) {
        try (client) {
            var in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
            var out = new DataOutputStream(new BufferedOutputStream(client.getOutputStream()));
            out.writeBytes("WELCOME\n");
            out.flush();
            while (answer(in, out)) {
                out.flush();
            }
            out.flush();
        } catch (IOException error) {
            System.out.println("Client lost: " + error.getMessage());
        }
    }

    static boolean answer(DataInputStream in, DataOutputStream out) throws IOException {
        String line = Wire.line(in);
        if (line == null) {
            return false;
        }
        String[] words = line.split(" ");
        switch (words[0]) {
            case "LIST" -> {
                String[] names = FOLDER.toFile().list();
                out.writeBytes("FILES " + names.length + "\n");
                for (String name : names) {
                    out.writeBytes(name + "\n");
                }
            }
            case "UPLOAD" -> {
                out.writeBytes("READY\n");
                out.flush();
                Files.write(file(words[1]), in.readNBytes(Integer.parseInt(words[2])));
                out.writeBytes("STORED " + words[2] + "\n");
            }
            case "DOWNLOAD" -> {
                byte[] content = Files.readAllBytes(file(words[1]));
                out.writeBytes("SIZE " + content.length + "\n");
                out.write(content);
            }
            case "EXIT" -> out.writeBytes("BYE\n");
            default -> out.writeBytes("ERROR unknown command\n");
        }
        return true;
    }

    static Path file(String name) {
        return FOLDER.resolve(Path.of(name).getFileName());
    }
}
