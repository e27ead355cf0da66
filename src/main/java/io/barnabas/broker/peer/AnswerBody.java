package io.barnabas.broker.peer;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** An answer's body, copied once, into an array of the announced length. Fails beyond the limit. Confined to its call. */
final class AnswerBody implements HttpResponse.BodySubscriber<ByteBuffer> {
    private static final int FIRST_BYTES = 4 << 10;

    private final int maxBytes;
    private final CompletableFuture<ByteBuffer> body = new CompletableFuture<>();
    private byte[] bytes;
    private int count;
    private Flow.Subscription subscription;

    /** @param announced the length that the answer's head told, negative when it did not */
    AnswerBody(long announced, int maxBytes) {
        this.maxBytes = maxBytes;
        this.bytes = new byte[announced < 0 ? FIRST_BYTES : (int) Math.min(announced, maxBytes)];
    }

    @Override
    public CompletionStage<ByteBuffer> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> pieces) {
        for (ByteBuffer piece : pieces) {
            int more = piece.remaining();
            if (count + (long) more > maxBytes) {
                subscription.cancel();
                body.completeExceptionally(new IOException("the answer is larger than " + maxBytes + " bytes"));
                return;
            }
            if (count + more > bytes.length) {
                long doubled = Math.max(2L * bytes.length, count + (long) more);
                bytes = Arrays.copyOf(bytes, (int) Math.min(doubled, maxBytes));
            }
            piece.get(bytes, count, more);
            count += more;
        }
    }

    @Override
    public void onError(Throwable failure) {
        body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        body.complete(ByteBuffer.wrap(bytes, 0, count));
    }
}
