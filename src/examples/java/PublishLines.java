import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Publishes the lines of a text file, one record a line, and waits until every one is stored durably.
 *
 * <pre>java src/examples/java/PublishLines.java ws://localhost:8080/ws lines file.txt</pre>
 */
public final class PublishLines implements WebSocket.Listener {
    private static final int LINES_PER_FRAME = 1_000;
    private static final int CHARS_PER_FRAME = 128 * 1024;
    private static final int FRAMES_IN_FLIGHT = 16;
    private static final Pattern STORED = Pattern.compile("\"offset\":");
    private static final Pattern FAILED = Pattern.compile("\"error_code\":.*?\"message\":\"(.*?)\"");

    private final Semaphore mayFly = new Semaphore(FRAMES_IN_FLIGHT);
    private final CompletableFuture<Void> broken = new CompletableFuture<>();
    private final StringBuilder frame = new StringBuilder();
    private volatile long stored;

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 3) {
            System.err.println("usage: java PublishLines.java ws://host:port/ws TOPIC FILE");
            System.exit(2);
        }
        PublishLines publisher = new PublishLines();
        long begin = System.nanoTime();
        long lines = publisher.publish(URI.create(arguments[0]), arguments[1], Path.of(arguments[2]));
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf("%,d lines sent, %,d stored, in %.1f s: %,.0f a second%n",
                lines, publisher.stored, seconds, lines / seconds);
        System.exit(publisher.stored == lines ? 0 : 1);
    }

    private long publish(URI uri, String topic, Path file) throws IOException, InterruptedException {
        WebSocket socket = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(uri, this).join();
        String head = "{\"type\":\"produce\",\"topic\":" + quoted(topic) + ",\"acks\":\"all\",\"format\":\"text\",\"records\":[";
        StringBuilder records = new StringBuilder(head);
        long lines = 0;
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            int inFrame = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                records.append(inFrame == 0 ? "" : ",").append("{\"value\":").append(quoted(line)).append('}');
                lines++;
                inFrame++;
                if (inFrame == LINES_PER_FRAME || records.length() > CHARS_PER_FRAME) {
                    send(socket, records.append("]}"));
                    records.setLength(0);
                    records.append(head);
                    inFrame = 0;
                }
            }
            if (inFrame > 0) {
                send(socket, records.append("]}"));
            }
        }
        acquire(FRAMES_IN_FLIGHT); // all are answered
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        return lines;
    }

    /** Sends one frame when few enough are on their way, so that neither side has to hold more. */
    private void send(WebSocket socket, CharSequence text) throws InterruptedException {
        acquire(1);
        socket.sendText(text.toString(), true).join();
    }

    private void acquire(int frames) throws InterruptedException {
        mayFly.acquire(frames);
        if (broken.isCompletedExceptionally()) {
            broken.join();
        }
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
        frame.append(part);
        if (last) {
            answered(frame.toString());
            frame.setLength(0);
        }
        socket.request(1);
        return null;
    }

    private void answered(String answer) {
        if (answer.startsWith("{\"type\":\"produced\"")) {
            stored += STORED.matcher(answer).results().count();
        }
        Matcher failure = FAILED.matcher(answer);
        if (failure.find()) {
            System.err.println("refused: " + failure.group(1));
        }
        if (answer.startsWith("{\"type\":\"produced\"") || answer.startsWith("{\"type\":\"error\"")) {
            mayFly.release();
        }
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        fail(new IOException("the server closed the connection: " + code + " " + reason));
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
        fail(failure);
    }

    private void fail(Throwable failure) {
        broken.completeExceptionally(failure);
        mayFly.release(FRAMES_IN_FLIGHT);
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
