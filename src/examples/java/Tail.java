import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Joins a consumer group, prints the value of each record on a line of its own and commits what it has printed. Start it
 * twice and both share the partitions; stop one and the other goes on with its share.
 *
 * <pre>java src/examples/java/Tail.java ws://localhost:8080/ws lines readers [COUNT]</pre>
 *
 * <p>With COUNT it leaves the group after so many records.
 */
public final class Tail implements WebSocket.Listener {
    private static final int CREDIT = 5_000;
    private static final Pattern FRAME = Pattern.compile("^\\{\"type\":\"(\\w+)\"");

    /** Inside a string the quotes would be escaped, so these begin fields and nothing else; a record's offset follows its value. */
    private static final String VALUE = "\"value\":";

    private static final String OFFSET = ",\"offset\":";

    private static final Pattern PARTITION = Pattern.compile("\"partition\":(\\d+)");

    /** Always UTF-8, as the records are, whatever the terminal's locale says. */
    private final PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, UTF_8);

    private final long most;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final StringBuilder frame = new StringBuilder();
    private final StringBuilder lines = new StringBuilder();
    private final long begin = System.nanoTime();
    private long printed;

    private Tail(long most) {
        this.most = most;
    }

    public static void main(String[] arguments) {
        if (arguments.length < 3) {
            System.err.println("usage: java Tail.java ws://host:port/ws TOPIC GROUP [COUNT]");
            System.exit(2);
        }
        Tail tail = new Tail(arguments.length > 3 ? Long.parseLong(arguments[3]) : Long.MAX_VALUE);
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(arguments[0]), tail)
                .join();
        socket.sendText("{\"type\":\"subscribe\",\"id\":\"s\",\"topic\":\"" + arguments[1] + "\",\"group\":\"" + arguments[2]
                + "\",\"from\":\"earliest\",\"format\":\"text\",\"credit\":" + CREDIT + "}", true).join();
        tail.over.join();
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
        frame.append(part);
        CompletableFuture<?> sent = CompletableFuture.completedFuture(null);
        if (last) {
            sent = handle(socket, frame.toString());
            frame.setLength(0);
        }
        // The next frame is asked for when what this one made us send is on its way.
        return sent.thenRun(() -> socket.request(1));
    }

    private CompletableFuture<?> handle(WebSocket socket, String text) {
        Matcher type = FRAME.matcher(text);
        switch (type.find() ? type.group(1) : "") {
            case "records" -> {
                return print(socket, text);
            }
            case "assigned", "revoked", "draining" -> System.err.println(text);
            case "unsubscribed" -> {
                double seconds = (System.nanoTime() - begin) / 1e9;
                System.err.printf("%,d records in %.1f s%n", printed, seconds);
                over.complete(null);
            }
            case "error" -> {
                System.err.println(text);
                if (text.contains("\"id\":\"s\"") || text.contains("\"ended\":true")) {
                    System.exit(1);
                }
            }
            default -> { // subscribed, committed: nothing to do
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    /** Prints, then commits the next offset to read and gives the credit back: nothing is lost if we die in between. */
    private CompletableFuture<?> print(WebSocket socket, String text) {
        Matcher partition = PARTITION.matcher(text);
        if (!partition.find()) {
            throw new IllegalStateException("a frame of records without a partition");
        }
        int count = 0;
        long next = 0;
        int at = text.indexOf(VALUE);
        while (at >= 0 && printed < most) {
            int start = at + VALUE.length();
            int end = endOfValue(text, start);
            lines.append(text.charAt(start) == '"' ? unquoted(text.substring(start + 1, end - 1)) : "").append('\n');
            int offset = end + OFFSET.length();
            next = Long.parseLong(text.substring(offset, text.indexOf(',', offset))) + 1;
            printed++;
            count++;
            at = text.indexOf(VALUE, offset);
        }
        out.print(lines);
        System.out.flush();
        lines.setLength(0);
        if (count == 0) {
            return CompletableFuture.completedFuture(null);
        }
        String commit = "{\"type\":\"commit\",\"id\":\"c\",\"offsets\":[{\"partition\":" + partition.group(1) + ",\"offset\":" + next + "}]}";
        String then = printed < most
                ? "{\"type\":\"credit\",\"records\":" + count + "}"
                : "{\"type\":\"unsubscribe\",\"id\":\"u\"}";
        return socket.sendText(commit, true).thenCompose(sent -> socket.sendText(then, true));
    }

    /** Where the JSON string or null that begins at {@code start} is over. */
    private static int endOfValue(String text, int start) {
        if (text.charAt(start) != '"') {
            return start + "null".length();
        }
        int end = start + 1;
        while (text.charAt(end) != '"') {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        return end + 1;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        System.err.println("closed by the server: " + code + " " + reason);
        over.complete(null);
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
        over.completeExceptionally(failure);
    }

    private static String unquoted(String json) {
        if (json.indexOf('\\') < 0) {
            return json;
        }
        StringBuilder text = new StringBuilder(json.length());
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            i++;
            switch (json.charAt(i)) {
                case 'n' -> text.append('\n');
                case 't' -> text.append('\t');
                case 'r' -> text.append('\r');
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'u' -> {
                    text.append((char) Integer.parseInt(json.substring(i + 1, i + 5), 16));
                    i += 4;
                }
                default -> text.append(json.charAt(i));
            }
        }
        return text.toString();
    }
}
