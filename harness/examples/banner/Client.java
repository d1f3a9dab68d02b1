import java.io.*;
import java.net.*;
import java.nio.file.*;
import java.util.Scanner;

/** A file client with commands: LIST, PUT, GET and EXIT. */
public class Client {
    static final Path FOLDER = Path.of("client-files");

    public static void main(String[] args) throws IOException {
        Files.createDirectories(FOLDER);
        System.out.println("*** File client 1.0 ***");
        var keyboard = new Scanner(System.in);
        try (Socket server = new Socket("127.0.0.1", 5001)) {
            var in = new DataInputStream(new BufferedInputStream(server.getInputStream()));
            var out = new DataOutputStream(new BufferedOutputStream(server.getOutputStream()));
            System.out.println("Server says: " + Wire.line(in));
            String command;
            do {
                System.out.print("> ");
                System.out.flush();
                command = keyboard.nextLine().trim();
                request(command, in, out);
            } while (!command.equals("EXIT"));
        } catch (ConnectException error) {
            System.out.println("Cannot connect: " + error.getMessage());
            System.exit(1);
        }
    }

    static void request(String command, DataInputStream in, DataOutputStream out) throws IOException {
        String[] words = command.split(" ");
        switch (words[0]) {
            case "PUT" -> {
                byte[] content = Files.readAllBytes(FOLDER.resolve(words[1]));
                ask("UPLOAD " + words[1] + " " + content.length, in, out);
                out.write(content);
                out.flush();
                System.out.println(Wire.line(in));
            }
            case "GET" -> {
                String answer = ask("DOWNLOAD " + words[1], in, out);
                int size = Integer.parseInt(answer.substring("SIZE ".length()));
                Files.write(FOLDER.resolve(words[1]), in.readNBytes(size));
                System.out.println("Received " + size + " bytes");
            }
            case "LIST" -> {
                String answer = ask("LIST", in, out);
                for (int left = Integer.parseInt(answer.substring("FILES ".length())); left > 0; left--) {
                    System.out.println("  " + Wire.line(in));
                }
            }
            default -> System.out.println(ask(command, in, out));
        }
    }

    static String ask(String line, DataInputStream in, DataOutputStream out) throws IOException {
        out.writeBytes(line + "\n");
        out.flush();
        return Wire.line(in);
    }
}
