package unusual;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** java.nio: one thread, one selector, non-blocking channels; what a client has sent so far hangs on its key. */
public class SelectsWithNio {
    private static final Path FOLDER = Path.of("server-files");

    /** What one client is in the middle of. */
    private static final class Session {
        final ByteArrayOutputStream line = new ByteArrayOutputStream();
        ByteArrayOutputStream file;
        String name;
        int left;
    }

    public static void main(String[] arguments) throws IOException {
        Files.createDirectories(FOLDER);
        Selector selector = Selector.open();
        ServerSocketChannel listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 5001));
        listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
        while (true) {
            selector.select(key -> {
                try {
                    serve(selector, key);
                } catch (IOException error) {
                    close(key);
                }
            });
        }
    }

    private static void serve(Selector selector, SelectionKey key) throws IOException {
        if (key.isAcceptable()) {
            SocketChannel client = ((ServerSocketChannel) key.channel()).accept();
            client.configureBlocking(false).register(selector, SelectionKey.OP_READ, new Session());
            return;
        }
        SocketChannel client = (SocketChannel) key.channel();
        ByteBuffer bytes = ByteBuffer.allocate(65536);
        if (client.read(bytes) < 0) {
            throw new EOFException();
        }
        bytes.flip();
        while (bytes.hasRemaining()) {
            take(client, (Session) key.attachment(), bytes);
        }
    }

    private static void take(SocketChannel client, Session session, ByteBuffer bytes) throws IOException {
        if (session.file == null) {
            byte next = bytes.get();
            if (next != '\n') {
                session.line.write(next);
                return;
            }
            String request = session.line.toString(StandardCharsets.UTF_8);
            session.line.reset();
            answer(client, session, request.split(" "));
        } else {
            byte[] part = new byte[Math.min(session.left, bytes.remaining())];
            bytes.get(part);
            session.file.writeBytes(part);
            session.left -= part.length;
        }
        finish(client, session);
    }

    private static void finish(SocketChannel client, Session session) throws IOException {
        if (session.file != null && session.left == 0) {
            Files.write(FOLDER.resolve(session.name), session.file.toByteArray());
            write(client, "STORED " + session.file.size() + "\n");
            session.file = null;
        }
    }

    private static void answer(SocketChannel client, Session session, String[] words) throws IOException {
        switch (words[0]) {
            case "LIST" -> write(client, list());
            case "UPLOAD" -> {
                session.name = words[1];
                session.left = Integer.parseInt(words[2]);
                session.file = new ByteArrayOutputStream();
                write(client, "READY\n");
            }
            case "DOWNLOAD" -> {
                byte[] content = Files.readAllBytes(FOLDER.resolve(words[1]));
                write(client, "SIZE " + content.length + "\n");
                write(client, ByteBuffer.wrap(content));
            }
            case "EXIT" -> write(client, "BYE\n");
            default -> write(client, "ERROR unknown command\n");
        }
    }

    private static String list() throws IOException {
        try (Stream<Path> entries = Files.list(FOLDER)) {
            List<String> names = entries.map(path -> path.getFileName() + "\n").sorted().toList();
            return "FILES " + names.size() + "\n" + String.join("", names);
        }
    }

    private static void write(SocketChannel client, String text) throws IOException {
        write(client, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** A full send buffer is waited for by a selector of its own. */
    private static void write(SocketChannel client, ByteBuffer bytes) throws IOException {
        try (Selector writable = Selector.open()) {
            client.register(writable, SelectionKey.OP_WRITE);
            while (bytes.hasRemaining()) {
                if (client.write(bytes) == 0) {
                    writable.select();
                }
            }
        }
    }

    private static void close(SelectionKey key) {
        key.cancel();
        try {
            key.channel().close();
        } catch (IOException error) {
            System.out.println("close: " + error);
        }
    }
}
